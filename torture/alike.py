"""O5: an absent mailbox, somebody else's and a wrong token are refused alike, in bytes and in time.

Three kinds of request go to a relay in random order, and the times of their answers are compared by Welch's
t: |t| < 4.5 for each two kinds. The bytes of all answers, but for the date, are one and the same.

To make it hard, finding a mailbox that exists takes a millisecond longer in the relay that is asked.
The known fault: the same relay, answering as soon as it knows. It must be caught.
"""

import argparse
import asyncio
import json
import random
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path

from torture.relays import Process, ask
from twinbell.wire import mailbox
from twinbell.wire.auth import Token

T_MAX = 4.5
AT_ONCE = 8
MAILBOXES = 50


def welch(left: list[float], right: list[float]) -> float:
    """Return Welch's t of two samples."""
    spread = statistics.variance(left) / len(left) + statistics.variance(right) / len(right)
    difference: float = statistics.fmean(left) - statistics.fmean(right)
    return difference / float(max(spread, 1e-18) ** 0.5)


def trimmed(times: list[float]) -> list[float]:
    """Leave out the slowest third: another program had the processor."""
    return sorted(times)[: len(times) - len(times) // 3]


def prepare(port: int) -> dict[str, list[bytes]]:
    """Make mailboxes, and return requests of each kind that must be refused."""
    requests: dict[str, list[bytes]] = {"absent": [], "other's": [], "wrong": []}
    for _ in range(MAILBOXES):
        box, owner, peer = secrets.token_bytes(16), Token.generate(), Token.generate()
        setting = mailbox.Setting(
            epoch=1, collect={"aa" * 8: Token.generate().hash}, deposit={"peer": peer.hash}
        )
        status, _ = ask(port, "PUT", mailbox.path(box), token=owner, body=setting.to_bytes())
        assert status == 201
        requests["absent"].append(request(secrets.token_bytes(16), Token.generate()))
        requests["wrong"].append(request(box, Token.generate()))
        requests["other's"].append(request(box, peer))  # a token of this mailbox, with another right
    return requests


def request(box: bytes, token: Token) -> bytes:
    path = mailbox.envelopes_path(box)
    return f"GET {path} HTTP/1.1\r\nHost: relay\r\nAuthorization: {token.header()}\r\n\r\n".encode()


async def sample(
    port: int, count: int, seed: int, *, at_once: int
) -> tuple[dict[str, list[float]], set[bytes]]:
    """Ask `count` times of each kind, in random order; return the times and the different answers."""
    requests = await asyncio.to_thread(prepare, port)
    chance = random.Random(seed)
    order = [kind for kind in requests for _ in range(count)]
    chance.shuffle(order)
    times: dict[str, list[float]] = {kind: [] for kind in requests}
    answers: set[bytes] = set()

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while order:
            kind = order.pop()
            begun_s = time.perf_counter()
            writer.write(chance.choice(requests[kind]))
            head = await reader.readuntil(b"\r\n\r\n")
            fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
            body = await reader.readexactly(int(fields[b"Content-Length"]))
            times[kind].append(time.perf_counter() - begun_s)
            date = fields.pop(b"Date", b"")
            answers.add(head.replace(date, b"") + body)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(worker() for _ in range(at_once)))
    return times, answers


def run(count: int, seed: int, *, bad: bool) -> dict[str, object]:
    folder = Path(tempfile.mkdtemp(prefix="twinbell-alike-"))
    relay = Process(folder, bad={"slow": True, "hasty": bad})
    try:
        times, answers = asyncio.run(sample(relay.port, count, seed, at_once=1 if bad else AT_ONCE))
    finally:
        relay.stop()
        shutil.rmtree(folder, ignore_errors=True)
    kept = {kind: trimmed(found) for kind, found in times.items()}
    t = {f"{a} / {b}": round(welch(kept[a], kept[b]), 2) for a, b in combinations(kept, 2)}
    mean_ms = {kind: round(statistics.fmean(found) * 1e3, 3) for kind, found in kept.items()}
    return {"count": count, "t": t, "mean_ms": mean_ms, "answers": len(answers)}


def alike(found: dict[str, object]) -> bool:
    t = found["t"]
    assert isinstance(t, dict)
    return found["answers"] == 1 and all(abs(value) < T_MAX for value in t.values())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2_000, help="of each kind")
    parser.add_argument("--long", action="store_true", help="20,000 of each kind")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    args = parser.parse_args()
    good = run(20_000 if args.long else args.count, args.seed, bad=False)
    control = run(1_000, args.seed, bad=True)
    held, caught = alike(good), not alike(control)
    print(json.dumps({"seed": args.seed, "held": held, "caught": caught, "relay": good, "hasty": control}))
    return 0 if held and caught else 1


if __name__ == "__main__":
    sys.exit(main())
