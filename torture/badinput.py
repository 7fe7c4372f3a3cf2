"""D1: thousands of malformed frames, envelopes and requests, while a canary is answered.

A relay in a process of its own gets bytes that are nearly right: valid requests, frames and records with
a few bits, lengths or pieces changed, and plain noise. Held: no 5xx, no unhandled error in the log, memory
grows by 10 MiB at most, and an honest request beside it is answered within 250 ms, or four times what it
takes when nothing else happens, where that is more.

The known fault: a naive server that believes lengths, keeps what it gets and answers 500. It must be caught.
"""

import argparse
import contextlib
import json
import random
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torture.relays import Process, ask, canary_s
from twinbell.wire import blob, frame, mailbox, pairing
from twinbell.wire.auth import Token
from twinbell.wire.pairing import Form

MEMORY_BYTES = 10 * 1024 * 1024
CANARY_S = 0.25
TICK_S = 0.005
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)

# Answers 500 to what it does not like, trusts lengths, and forgets nothing.
_NAIVE = """
import asyncio, sys
kept = []
async def talk(reader, writer):
    data = await reader.read(65536)
    kept.append(bytes(200_000) + data)
    good = data.startswith(b"GET /healthz")
    status = b"200 OK" if good else b"500 Oops"
    writer.write(b"HTTP/1.1 " + status + b"\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\n{}")
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Naive(Process):
    """The server that must be caught."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _NAIVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())


def spoil(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with something wrong in it."""
    spoilt = bytearray(data)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(spoilt) + 1)
        kind = chance.randrange(5)
        if kind == 0 and spoilt:
            spoilt[at % len(spoilt)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del spoilt[at:]
        elif kind == 2:
            spoilt[at:at] = chance.randbytes(chance.randrange(1, 40))
        elif kind == 3:
            spoilt[at : at + chance.randrange(1, 20)] = b""
        else:
            spoilt += chance.randbytes(chance.randrange(1, 300))
    return bytes(spoilt)


def frames(chance: random.Random, token: bytes, box: bytes) -> bytes:
    """Return one WebSocket message that is nearly a frame of ours."""
    good: list[frame.Frame] = [
        frame.Attach(1, box, token),
        frame.Deposit(1, bytes(16), (b"b" * 16,), b"x" * 50),
        frame.Envelope(1, 1, 1, (), b"x"),
        frame.Ack(1, 1),
        frame.Deposited(1, bytes(16), 1, 1),
    ]
    payload = spoil(chance.choice(good).to_bytes(), chance)
    size = len(payload)
    if chance.random() < 0.1:
        size = chance.choice([0, 125, 126, 65_535, 2**32, 2**63 - 1])  # a length that lies
    head = bytes([chance.choice([0x82] * 8 + [0x81, 0x80, 0x02, 0xC2, 0x8F, 0x89, 0x88])])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65_536:
        head += bytes([0x80 | 126]) + struct.pack(">H", size)
    else:
        head += bytes([0x80 | 127]) + struct.pack(">Q", size)
    return head + bytes(4) + payload


def envelopes(chance: random.Random, token: Token, box: bytes) -> bytes:
    """Return one request to a mailbox that is nearly right."""
    setting = mailbox.Setting(epoch=1, collect={"aa" * 8: bytes(32)}, deposit={"peer": b"p" * 32}).to_bytes()
    name = f"Authorization: {token.header()}\r\n"
    path, method, body, extra = chance.choice(
        [
            (mailbox.path(box), "PUT", setting, name),
            (mailbox.envelope_path(box, bytes(16)), "PUT", b"x" * 100, name),
            (mailbox.envelopes_path(box, after=1, limit=2), "GET", b"", name),
            (mailbox.cursor_path(box), "POST", b'{"upto": 1}', name),
            (mailbox.slot_path(box), "PUT", b"slot", name + 'If-Match: "0"\r\n'),
            (blob.path(box, bytes(16)), "PATCH", b"piece", name + "Upload-Offset: 0\r\n"),
            (blob.begin_path(box, bytes(16), length=3), "POST", b"", name),
            (pairing.open_path(Form.SPOKEN), "POST", b"m1", name),
            (pairing.part_path("7", 2), "PUT", b"m2", name),
        ]
    )
    where = chance.randrange(3)
    if where == 0:
        body = spoil(body, chance)
    if where == 1:
        path = "/" + "".join(chr(33 + byte % 90) for byte in spoil(path.encode()[1:], chance)).replace(
            "#", ""
        )
    if where == 2:
        extra = extra.replace("Bearer", chance.choice(["bearer", "Basic", "Bearer ", "", "Bearer\t"]))
    length = f"Content-Length: {len(body)}\r\n"
    head = f"{method} {path} HTTP/1.1\r\nHost: relay\r\n{length}{extra}Connection: close\r\n\r\n"
    return head.encode("latin-1", "replace") + body


def requests(chance: random.Random) -> bytes:
    """Return bytes that are nearly HTTP."""
    good = chance.choice(
        [
            b"GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n",
            b"PUT /v1/mailboxes/00 HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5\r\nhello\r\n0\r\n\r\n",
            b"POST /v1/pairings HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
            b"GET /v1/about?a=b&c=%ff HTTP/1.1\r\nHost: relay\r\nX-A: b\r\nCookie: c\r\n\r\n",
            UPGRADE,
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ]
    )
    return spoil(good, chance)


def send(port: int, data: bytes, *, after: bytes = b"") -> bytes:
    """Send bytes, say no more, and return what comes back; a connection that is cut is an answer too."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as link:
        link.settimeout(5)
        got = b""
        if after:
            link.sendall(after)
            got = link.recv(4096)
        with contextlib.suppress(OSError):
            link.sendall(data)
            link.shutdown(socket.SHUT_WR)
            while part := link.recv(65_536):
                got += part
        return got
    return b""


class Canary(threading.Thread):
    """Asks honestly all the time, and remembers how long it waited."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.waits: list[float] = []
        self.failed = ""
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.wait(0.05):
            try:
                self.waits.append(canary_s(self.port))
            except (OSError, AssertionError) as error:
                self.failed = repr(error)


class Metronome(threading.Thread):
    """Finds out how long this machine lets anybody wait who only wants to go on."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.late_s = 0.0
        self.enough = threading.Event()

    def run(self) -> None:
        due_s = time.monotonic() + TICK_S
        while not self.enough.wait(max(0.0, due_s - time.monotonic())):
            self.late_s = max(self.late_s, time.monotonic() - due_s)
            due_s = time.monotonic() + TICK_S


def attack(server: Process, count: int, seed: int) -> dict[str, Any]:
    """Send `count` of each kind and return what the server made of it."""
    chance = random.Random(seed)
    box, token = secrets.token_bytes(16), Token.generate()
    with contextlib.suppress(OSError, ValueError):
        setting = mailbox.Setting(
            epoch=1, collect={"aa" * 8: Token.generate().hash}, deposit={"peer": token.hash}
        )
        ask(server.port, "PUT", mailbox.path(box), token=Token.generate(), body=setting.to_bytes())
    kinds: list[Callable[[], tuple[bytes, bytes]]] = [
        lambda: (frames(chance, token.secret, box), UPGRADE),
        lambda: (envelopes(chance, token, box), b""),
        lambda: (requests(chance), b""),
    ]
    for kind in kinds:  # what is made once is made before memory is measured
        for _ in range(1_000):
            data, after = kind()
            send(server.port, data, after=after)
    idle = max(canary_s(server.port) for _ in range(20))
    before = server.rss_bytes()
    canary, metronome = Canary(server.port), Metronome()
    canary.start()
    metronome.start()
    faults = 0
    for kind in kinds:
        for _ in range(count):
            data, after = kind()
            answer = send(server.port, data, after=after)
            status = answer.partition(b"\r\n")[0][9:12]
            faults += status[:1] == b"5" and status not in (b"503", b"507")
    for thread in (canary, metronome):
        thread.enough.set()
        thread.join()
    time.sleep(0.2)
    return {
        "sent": 3 * count,
        "faults": faults,
        "grown_bytes": server.rss_bytes() - before,
        "canary_max_ms": round(max(canary.waits, default=0) * 1e3),
        "idle_max_ms": round(idle * 1e3),
        "machine_max_ms": round(metronome.late_s * 1e3),
        "canary_failed": canary.failed,
    }


def held(found: dict[str, Any], errors: str) -> bool:
    patience_ms = max(CANARY_S * 1e3, 4 * found["idle_max_ms"]) + 2 * found["machine_max_ms"]
    return (
        not found["faults"]
        and found["grown_bytes"] <= MEMORY_BYTES
        and found["canary_max_ms"] <= patience_ms
        and not found["canary_failed"]
        and "error" not in errors
        and "Traceback" not in errors
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2_000, help="of each of the three kinds")
    parser.add_argument("--long", action="store_true", help="10,000 of each kind")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="twinbell-badinput-"))
    try:
        relay = Process(folder)
        found = attack(relay, 10_000 if args.long else args.count, args.seed)
        errors = relay.stop()
        good = held(found, errors)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    naive = Naive()
    control = attack(naive, 100, args.seed)
    naive.kill()
    caught = not held(control, "")
    print(
        json.dumps(
            {
                "seed": args.seed,
                "held": good,
                "caught": caught,
                "relay": found,
                "log": errors[-500:],
                "control": control,
            }
        )
    )
    return 0 if good and caught else 1


if __name__ == "__main__":
    sys.exit(main())
