"""Redis streams: XADD, XREADGROUP BLOCK, XACK and XDEL."""

import asyncio
import sys

from bench.clients import LOST, Pair, connect, payload


def resp(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


class RedisLink(asyncio.Protocol):
    def __init__(self, told) -> None:
        import hiredis

        self.reader = hiredis.Reader()
        self.told = told

    def connection_made(self, transport) -> None:
        self.write = transport.write

    def data_received(self, data: bytes) -> None:
        self.reader.feed(data)
        while (message := self.reader.gets()) is not False:
            self.told(message)

    def connection_lost(self, error) -> None:
        LOST.append(repr(error))


class Redis(Pair):
    async def open(self) -> None:
        self.key = b"mailbox:%d" % self.index
        self.sender = await connect(lambda: RedisLink(self.acknowledged), self.args.port)
        self.receiver = await connect(lambda: RedisLink(self.delivered), self.args.port)
        self.read = resp(*b"XREADGROUP GROUP g c COUNT 100 BLOCK 0 STREAMS".split(), self.key, b">")
        make = resp(b"XGROUP", b"CREATE", self.key, b"g", b"$", b"MKSTREAM")
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.receiver.write(resp(b"DEL", self.key) + make + self.read)
        await self.ready

    def acknowledged(self, message) -> None:
        if isinstance(message, Exception):
            sys.exit(str(message))
        self.on_ack()

    def delivered(self, message) -> None:
        if message == b"OK":
            self.ready.set_result(None)
        elif isinstance(message, list):
            entries = message[0][1]
            ids = [entry[0] for entry in entries]
            self.receiver.write(
                resp(b"XACK", self.key, b"g", *ids) + resp(b"XDEL", self.key, *ids) + self.read
            )
            for entry in entries:
                self.on_receive(entry[1][1][:8])

    def publish(self, number: int) -> None:
        self.sender.write(resp(b"XADD", self.key, b"*", b"d", payload(number)))
