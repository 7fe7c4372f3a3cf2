"""Memory of idle listeners: `python -m bench.idle [--count 5000]`.

Each listener is a WebSocket with one open channel of a mailbox of its own. The relay's proportional set size
is read before and after; kernel socket buffers are not in it. The bar: 16 KiB for each at most.
"""

import argparse
import asyncio
import base64
import json
import os
import struct
import sys
import time

from bench.delivery import RESULTS
from bench.peers import free_port, twinbell, wait_for

from twinbell.wire import frame
from twinbell.wire.auth import Token
from twinbell.wire.mailbox import Setting, path

BAR_BYTES = 16 * 1024
UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def listener(port: int, gate: asyncio.Semaphore) -> asyncio.StreamWriter:
    """Make a mailbox and listen to it, over one connection each."""
    async with gate:
        box, owner, collect = os.urandom(16), Token.generate(), Token.generate()
        setting = Setting(epoch=1, collect={"aa" * 8: collect.hash}, deposit={"peer": os.urandom(32)})
        body = setting.to_bytes()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"PUT {path(box)} HTTP/1.1\r\nHost: relay\r\nAuthorization: {owner.header()}\r\n"
        head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        assert b" 201 " in await reader.readline()
        await reader.read()
        writer.close()

        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(UPGRADE.format(key=base64.b64encode(os.urandom(16)).decode()).encode())
        await reader.readuntil(b"\r\n\r\n")
        attach = frame.Attach(1, box, collect.secret).to_bytes()
        writer.write(struct.pack(">BB", 0x82, 0x80 | len(attach)) + bytes(4) + attach)
        assert (await reader.readexactly(3))[2] == frame.ATTACHED
        return writer


async def open_all(port: int, count: int) -> list[asyncio.StreamWriter]:
    gate = asyncio.Semaphore(50)
    return await asyncio.gather(*(listener(port, gate) for _ in range(count)))


async def measure(count: int) -> dict[str, float]:
    port = free_port()
    server = twinbell(port)
    try:
        wait_for(port)
        await open_all(port, 100)  # what is made once is made before
        await asyncio.sleep(1)
        before, begun_s = server.pss_bytes(), time.monotonic()
        kept = await open_all(port, count)
        took_s = time.monotonic() - begun_s
        await asyncio.sleep(1)
        grown = server.pss_bytes() - before
        assert len(kept) == count
    finally:
        server.stop()
    return {"count": count, "bytes_each": grown / count, "opened_s": took_s}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--short", action="store_true", help="1,000 listeners")
    args = parser.parse_args()
    found = asyncio.run(measure(1_000 if args.short else args.count))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "idle.json").write_text(json.dumps(found))
    met = found["bytes_each"] <= BAR_BYTES
    print(f"{found['count']} idle listeners: {found['bytes_each'] / 1024:.1f} KiB each, bar 16")
    print("met" if met else "MISSED")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
