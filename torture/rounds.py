"""E2: no way of asking gets a round before its time, over every endpoint of a running relay.

Requests name rounds ahead, at the edges of 32, 53 and 64 bits, beyond them, negative, in hex, as floats, in
other scripts and encodings. Every answer is searched for a signature, and each found is checked: of which
round it really is, and whether that round's time had come. The known fault is a keeper without a gate.
"""

import argparse
import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

from aiohttp import web

from twinbell.errors import Damaged
from twinbell.relay.beacon import RelayBeacon
from twinbell.wire.beacon import Beacon, Chain, current_round, verify

SHORT, LONG = 3_000, 100_000
CONNECTIONS = 4
PERIOD_S = 2
_SIGNATURE = re.compile(rb"[0-9a-f]{96}(?![0-9a-f])")


@dataclass
class Found:
    """What came of many requests."""

    requests: int = 0
    signatures: int = 0
    early: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)  # answers that are no answer of ours
    statuses: dict[int, int] = field(default_factory=dict)


def spellings(chain: Chain, rng: random.Random) -> Iterator[str]:
    """Yield, without end, ways to write a round that has not come, or that is none."""
    while True:
        now = current_round(chain, time.time())
        ahead = now + rng.choice((2, 3, 10, 1000, 10**6, 10**9))
        edge = rng.choice((2**31, 2**32, 2**53, 2**63, 2**64, 2**128)) + rng.randrange(-2, 3)
        wrapped = rng.choice((2**32, 2**53, 2**64)) + rng.randrange(1, now + 3)
        number = rng.choice((ahead, ahead, edge, wrapped, rng.randrange(now + 2, 2**53)))
        if rng.random() < 0.5:
            yield str(number)
            continue
        if rng.random() < 0.05:
            yield rng.choice(("latest", str(max(1, now))))  # that rounds can be had at all
            continue
        yield rng.choice(
            (
                str(number), f"-{number}", f"+{number}", f"0{number}", hex(number), f"{number}.0",
                f"{number}e0", f"{number}E+2", f" {number}", f"{number}\n", f"{number}\x00", f"{number},1",
                f"1,{number}", f"{number}_0", "".join(chr(0x660 + int(digit)) for digit in str(number)),
                f"latest+{number}", f"latest/{number}", f"../public/{number}", f"{number}/", "next", "-1",
                "0", "NaN", "Infinity", "1e308", "null", "true", "[]", f'{{"round":{number}}}',
                "9" * rng.randrange(17, 400),
            )
        )  # fmt: skip


def paths(chain: Chain, rng: random.Random) -> Iterator[str]:
    """Yield, without end, request targets over every endpoint that hands out rounds."""
    named = chain.hash.hex()
    endpoints = (
        "/public/", f"/{named}/public/", f"/v2/chains/{named}/rounds/",
        f"/v2/beacons/{chain.beacon_id}/rounds/",
    )  # fmt: skip
    strange = (
        f"/{named.upper()}/public/", "//public/", "/v2/beacons/default/rounds/", "/v2/public/",
        f"/v2/chains/{named[:-1]}/rounds/", f"/v2/chains/{chain.beacon_id}/rounds/",
    )  # fmt: skip
    for text in spellings(chain, rng):
        path = rng.choice(strange if rng.random() < 0.1 else endpoints)
        path += quote(text, safe=rng.choice(("", "/", "/+,")))
        yield path + rng.choice(("", "", "", f"?{rng.randrange(10**9)}", f"?round={quote(text)}"))


async def ask(url: str, chain: Chain, count: int, seed: int, found: Found) -> None:
    """Send `count` requests over one connection at a time and look at every answer."""
    rng = random.Random(seed)  # a run that can be repeated
    targets = paths(chain, rng)
    host, port = urlsplit(url).hostname, urlsplit(url).port
    known: dict[bytes, int] = {}
    reader = writer = None
    for _ in range(count):
        method, target = rng.choice(("GET", "GET", "GET", "GET", "HEAD", "OPTIONS", "POST")), next(targets)
        if writer is None or reader is None:
            reader, writer = await asyncio.open_connection(host, port)
        writer.write(f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
        answer, whole = await _answer(reader, method)
        _look(chain, method, target, answer, known, found)
        if not whole or answer.startswith(b"HTTP/1.0") or b"connection: close" in answer.lower():
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def _answer(reader: asyncio.StreamReader, method: str) -> tuple[bytes, bool]:
    """Return one answer, and whether it came whole: a relay may hang up on what it cannot read."""
    head = b""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        bodiless = method == "HEAD" or head[9:12] == b"204" or not length
        return head + (b"" if bodiless or not length else await reader.readexactly(int(length[1]))), True
    except asyncio.IncompleteReadError as cut:
        return head + cut.partial, False
    except ConnectionError:
        return head, False


def _look(
    chain: Chain, method: str, target: str, answer: bytes, known: dict[bytes, int], found: Found
) -> None:
    now = current_round(chain, time.time() + 0.5)
    status = int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0
    found.requests += 1
    found.statuses[status] = found.statuses.get(status, 0) + 1
    if status == 0 or status >= 500:
        found.odd.append(f"{method} {target}: {answer[:80]!r}")
    for signature in _SIGNATURE.findall(answer):
        found.signatures += 1
        round = known.setdefault(signature, 0) or _round_of(chain, answer, bytes.fromhex(signature.decode()))
        known[signature] = round
        if round == 0 or round > now:
            found.early.append(f"{method} {target}: {status}")


def _round_of(chain: Chain, answer: bytes, signature: bytes) -> int:
    """Return the round that a signature is really of, not the one it is said to be; 0 if it is of none."""
    try:
        said = Beacon.parse(answer[answer.index(b"\r\n\r\n") + 4 :]).round
        verify(chain, Beacon(said, signature))
    except (Damaged, ValueError):
        return 0
    return said


def run(url: str, count: int, seed: int) -> Found:
    """Ask the relay at `url` `count` times, over several connections at once."""
    with urlopen(f"{url}/info") as answer:  # noqa: S310
        chain = Chain.parse(json.load(answer))
    return asyncio.run(_run(url, chain, count, seed))


async def _run(url: str, chain: Chain, count: int, seed: int) -> Found:
    found = Found()
    share = -(-count // CONNECTIONS)
    await asyncio.gather(
        *(ask(url, chain, share, seed * 100 + number, found) for number in range(CONNECTIONS))
    )
    return found


def of_relay(count: int, seed: int) -> Found:
    """Run against a relay process of its own."""
    with tempfile.TemporaryDirectory() as data:
        words = (
            "relay", "serve", "--json", "--listen", "127.0.0.1:0", "--data", data,
            "--beacon-period", str(PERIOD_S), "--requests-per-minute", "100000000",
        )  # fmt: skip
        with subprocess.Popen(
            [sys.executable, "-m", "twinbell.cli", *words],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as relay:  # fmt: skip
            try:
                assert relay.stdout is not None
                return run(json.loads(relay.stdout.readline())["relay"], count, seed)
            finally:
                relay.terminate()


def of_known_fault(count: int, seed: int) -> Found:
    """Run against a beacon that signs whatever it is asked for."""

    async def told(data: Path) -> Found:
        beacon = await RelayBeacon.open(data, period_s=PERIOD_S)
        keeper = beacon.keeper

        async def without_a_gate(round: int) -> Beacon:
            return keeper._sign(round)

        keeper.beacon = without_a_gate  # type: ignore[method-assign]
        app = web.Application()
        app.add_routes(beacon.routes())
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            return await _run(f"http://127.0.0.1:{runner.addresses[0][1]}", beacon.keeper.chain, count, seed)
        finally:
            await runner.cleanup()
            await beacon.stop()

    with tempfile.TemporaryDirectory() as data:
        return asyncio.run(told(Path(data)))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    found = of_relay(LONG if args.long else SHORT, args.seed)
    for line in (found.early + found.odd)[:20]:
        print(f"WRONG: {line}")
    caught = bool(of_known_fault(200, args.seed).early)
    print(
        f"{found.requests} requests, answers {dict(sorted(found.statuses.items()))}, "
        f"{found.signatures} signatures, {len(found.early)} early; "
        f"the known fault was {'caught' if caught else 'MISSED'}"
    )
    return 0 if caught and not found.early and not found.odd else 1


if __name__ == "__main__":
    sys.exit(main())
