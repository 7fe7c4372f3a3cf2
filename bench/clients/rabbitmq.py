"""RabbitMQ, AMQP 0-9-1: a durable queue, persistent messages, confirms, consumer acknowledgements."""

import os
import struct
import sys

from bench.clients import BYTES, Pair, Stream, connect, payload


def _short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def _long(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


def _method(channel: int, class_: int, method: int, args: bytes = b"") -> bytes:
    body = struct.pack(">HH", class_, method) + args
    return struct.pack(">BHI", 1, channel, len(body)) + body + b"\xce"


class AmqpLink(Stream):
    def __init__(self, queue: bytes, consumes: bool, told) -> None:
        super().__init__()
        self.queue, self.consumes, self.told = queue, consumes, told
        self.newest = 0

    def begin(self) -> None:
        self.write(b"AMQP\x00\x00\x09\x01")

    def feed(self, data: bytes) -> bytes:
        at, end = 0, len(data)
        while end - at >= 8:
            length = int.from_bytes(data[at + 3 : at + 7])
            if end - at < 8 + length:
                break
            kind, body = data[at], at + 7
            if kind == 1:
                class_, method = struct.unpack_from(">HH", data, body)
                self.method(class_, method, data[body + 4 : body + length])
            elif kind == 3:
                self.told(self.tag, data[body : body + 8])
            at += 8 + length
        return data[at:]

    def method(self, class_: int, method: int, args: bytes) -> None:
        which = (class_, method)
        if which == (60, 80):
            tag = int.from_bytes(args[:8])
            count = tag - self.newest if args[8] & 1 else 1
            self.newest = tag if args[8] & 1 else self.newest + 1
            for _ in range(count):
                self.told()
        elif which == (60, 60):
            self.tag = args[1 + args[0] : 9 + args[0]]
        elif which == (10, 10):
            start = struct.pack(">I", 0) + _short(b"PLAIN") + _long(b"\0guest\0guest") + _short(b"en_US")
            self.write(_method(0, 10, 11, start))
        elif which == (10, 30):
            tune = _method(0, 10, 31, struct.pack(">HIH", 16, 131_072, 0))
            self.write(tune + _method(0, 10, 40, _short(b"/") + _short(b"") + b"\0"))
        elif which == (10, 41):
            self.write(_method(1, 20, 10, _short(b"")))
        elif which == (20, 11):
            declare = b"\0\0" + _short(self.queue) + b"\x02" + _long(b"")
            self.write(_method(1, 50, 10, declare) if self.consumes else _method(1, 85, 10, b"\0"))
        elif which in ((85, 11), (60, 21)):
            self.ready.set_result(None)
        elif which == (50, 11):
            consume = b"\0\0" + _short(self.queue) + _short(b"") + b"\0" + _long(b"")
            self.write(_method(1, 60, 10, struct.pack(">IHB", 0, 1000, 0)) + _method(1, 60, 20, consume))
        elif which in ((10, 50), (20, 40)):
            sys.exit(f"closed: {args!r}")


class Rabbit(Pair):
    async def open(self) -> None:
        queue = b"m.%s.%d" % (os.urandom(4).hex().encode(), self.index)
        self.receiver = await connect(lambda: AmqpLink(queue, True, self.delivered), self.args.port)
        await self.receiver.ready
        self.sender = await connect(lambda: AmqpLink(queue, False, self.on_ack), self.args.port)
        await self.sender.ready
        header = struct.pack(">HHQH", 60, 0, BYTES, 0x1000) + b"\x02"
        self.head = _method(1, 60, 40, b"\0\0" + _short(b"") + _short(queue) + b"\0")
        self.head += (
            struct.pack(">BHI", 2, 1, len(header)) + header + b"\xce" + struct.pack(">BHI", 3, 1, BYTES)
        )

    def delivered(self, tag: bytes, number: bytes) -> None:
        self.receiver.write(struct.pack(">BHIHH", 1, 1, 13, 60, 80) + tag + b"\0\xce")
        self.on_receive(number)

    def publish(self, number: int) -> None:
        self.sender.write(self.head + payload(number) + b"\xce")
