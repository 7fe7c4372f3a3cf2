"""The load generator: both ends of N pairs, in one process, against one server.

    python -m bench.load twinbell --port P --pairs 100 --window 16 --secs 5

A message counts when the sender has the server's acknowledgement and the receiver has the payload; the
receiver's own acknowledgement, which deletes it, has then been sent. Window: messages in flight for each
pair. Payloads are 1 KiB, numbered, and their order is checked. Prints START and END around the measured time
(whoever started this samples the server then), and one line of JSON.

A client here is the least that speaks its protocol, so that the generator costs about the same for all.
"""

import argparse
import asyncio
import base64
import collections
import gc
import http.client
import json
import os
import struct
import sys
import time

import uvloop

BYTES = 1024
FILL = base64.b64encode(os.urandom(BYTES))[: BYTES - 8]


def payload(number: int) -> bytes:
    return b"%08d" % number + FILL


def percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


class Pair:
    """One sender and one receiver. A subclass connects them and sends one message."""

    def __init__(self, index: int, args: argparse.Namespace) -> None:
        self.index = index
        self.args = args
        self.sent = self.acked = self.got = self.misordered = 0
        self.window = 0
        self.timed = False
        self.sent_at: collections.deque[float] = collections.deque()
        self.asked_at: collections.deque[float] = collections.deque()
        self.delivery: list[float] = []
        self.answer: list[float] = []

    async def open(self) -> None:
        raise NotImplementedError

    def publish(self, number: int) -> None:
        raise NotImplementedError

    def fire(self) -> None:
        self.sent += 1
        if self.timed:
            now = time.perf_counter()
            self.sent_at.append(now)
            self.asked_at.append(now)
        self.publish(self.sent)

    def pump(self) -> None:
        while self.sent - min(self.acked, self.got) < self.window:
            self.fire()

    def on_ack(self) -> None:
        self.acked += 1
        if self.timed:
            self.answer.append(time.perf_counter() - self.asked_at.popleft())
        if self.window:
            self.pump()

    def on_receive(self, number: bytes) -> None:
        self.got += 1
        if int(number) != self.got:
            self.misordered += 1
        if self.timed:
            self.delivery.append(time.perf_counter() - self.sent_at.popleft())
        if self.window:
            self.pump()


LOST: list[str] = []


class Stream(asyncio.Protocol):
    """A connection whose bytes go through `feed`, which returns what it did not use."""

    def __init__(self) -> None:
        self.rest = b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport) -> None:
        self.write = transport.write
        self.begin()

    def begin(self) -> None:
        return

    def feed(self, data: bytes) -> bytes:
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        self.rest = self.feed(self.rest + data if self.rest else data)

    def connection_lost(self, error) -> None:
        LOST.append(repr(error))


async def connect(factory, port: int):
    _, protocol = await asyncio.get_running_loop().create_connection(factory, "127.0.0.1", port)
    return protocol


# --- Twinbell


class Twinbell(Pair):
    """A mailbox for each pair; the frames of docs/spec/frames.md, written by hand."""

    _DEPOSIT = struct.Struct(">BH16sB")
    _ACK = struct.Struct(">BHQ")

    @classmethod
    async def setup(cls, args: argparse.Namespace) -> None:
        from twinbell.wire.auth import Token
        from twinbell.wire.mailbox import Setting, path

        cls.boxes = []
        link = http.client.HTTPConnection("127.0.0.1", args.port)
        for _ in range(args.pairs):
            owner, collect, deposit = Token.generate(), Token.generate(), Token.generate()
            box = os.urandom(16)
            setting = Setting(epoch=1, collect={"00" * 8: collect.hash}, deposit={"peer": deposit.hash})
            link.request("PUT", path(box), setting.to_bytes(), {"Authorization": owner.header()})
            answer = link.getresponse()
            assert answer.status == 201, answer.read()
            answer.read()
            cls.boxes.append((box, collect.secret, deposit.secret))
        link.close()

    async def open(self) -> None:
        from picows import WSListener, WSMsgType, ws_connect

        binary = self.binary = WSMsgType.BINARY
        box, collect, deposit = self.boxes[self.index]
        ready = [asyncio.get_running_loop().create_future() for _ in range(2)]
        ack = self._ACK

        class Sender(WSListener):
            def on_ws_frame(inner, transport, message) -> None:
                data = message.get_payload_as_bytes()
                if data[0] == 4:
                    self.on_ack()
                elif data[0] == 2:
                    ready[0].set_result(None)
                else:
                    sys.exit(f"refused: {data!r}")

            def on_ws_disconnected(inner, transport) -> None:
                LOST.append("sender")

        class Receiver(WSListener):
            def on_ws_frame(inner, transport, message) -> None:
                data = message.get_payload_as_bytes()
                if data[0] == 5:
                    seq = int.from_bytes(data[3:11])
                    transport.send(binary, ack.pack(6, 1, seq))
                    self.on_receive(data[20:28])
                elif data[0] == 2:
                    ready[1].set_result(None)
                elif data[0] != 7:
                    sys.exit(f"refused: {data!r}")

            def on_ws_disconnected(inner, transport) -> None:
                LOST.append("receiver")

        url = f"ws://127.0.0.1:{self.args.port}/ws"
        self.sender = (await ws_connect(Sender, url))[0]
        self.receiver = (await ws_connect(Receiver, url))[0]
        attach = struct.Struct(">BH16s32sI")
        self.sender.send(binary, attach.pack(1, 1, box, deposit, 0))
        self.receiver.send(binary, attach.pack(1, 1, box, collect, 0))
        await asyncio.gather(*ready)
        self.id = os.urandom(8)

    def publish(self, number: int) -> None:
        head = self._DEPOSIT.pack(3, 1, self.id + number.to_bytes(8), 0)
        self.sender.send(self.binary, head + payload(number))


# --- Redis streams: XADD, XREADGROUP BLOCK, XACK + XDEL


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


# --- NATS JetStream: a work queue on disk, a push consumer for each mailbox


class NatsLink(Stream):
    def __init__(self, subjects: list[bytes], told) -> None:
        super().__init__()
        self.subjects = subjects
        self.told = told

    def begin(self) -> None:
        hello = (
            b'CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"protocol":1}\r\n'
        )
        subs = b"".join(b"SUB %s %d\r\n" % (s, i + 1) for i, s in enumerate(self.subjects))
        self.write(hello + subs + b"PING\r\n")

    def feed(self, data: bytes) -> bytes:
        at, end = 0, len(data)
        while True:
            line_end = data.find(b"\r\n", at)
            if line_end < 0:
                return data[at:]
            if data.startswith((b"MSG", b"HMSG"), at):
                words = data[at:line_end].split(b" ")
                length = int(words[-1])
                if end < line_end + 4 + length:
                    return data[at:]
                self.told(words, data[line_end + 2 : line_end + 2 + length])
                at = line_end + 4 + length
                continue
            if data.startswith(b"PONG", at) and not self.ready.done():
                self.ready.set_result(None)
            elif data.startswith(b"PING", at):
                self.write(b"PONG\r\n")
            elif data.startswith(b"-ERR", at):
                sys.exit(data[at:line_end].decode())
            at = line_end + 2


class Nats(Pair):
    @classmethod
    async def setup(cls, args: argparse.Namespace) -> None:
        answers: asyncio.Queue[bytes] = asyncio.Queue()
        link = await connect(
            lambda: NatsLink([b"setup"], lambda words, body: answers.put_nowait(body)), args.port
        )
        await link.ready

        async def ask(subject: str, fields: dict) -> None:
            body = json.dumps(fields).encode()
            link.write(b"PUB %s setup %d\r\n%s\r\n" % (subject.encode(), len(body), body))
            answer = await answers.get()
            assert b'"error"' not in answer, answer

        stream = {"name": "M", "subjects": ["m.>"], "storage": "file", "retention": "workqueue"}
        await ask("$JS.API.STREAM.CREATE.M", {**stream, "max_consumers": -1, "num_replicas": 1})
        for index in range(args.pairs):
            config = {
                "durable_name": f"c{index}",
                "deliver_subject": f"d.{index}",
                "filter_subject": f"m.{index}",
                "ack_policy": "explicit",
                "deliver_policy": "all",
                "replay_policy": "instant",
                "max_ack_pending": 10_000,
            }
            await ask(f"$JS.API.CONSUMER.DURABLE.CREATE.M.c{index}", {"stream_name": "M", "config": config})

    async def open(self) -> None:
        reply = b"r.%d" % self.index
        self.sender = await connect(lambda: NatsLink([reply], self.acknowledged), self.args.port)
        self.receiver = await connect(
            lambda: NatsLink([b"d.%d" % self.index], self.delivered), self.args.port
        )
        await self.sender.ready
        await self.receiver.ready
        self.head = b"PUB m.%d %s %d\r\n" % (self.index, reply, BYTES)

    def acknowledged(self, words, body: bytes) -> None:
        if b'"error"' in body:
            sys.exit(body.decode())
        self.on_ack()

    def delivered(self, words, body: bytes) -> None:
        self.receiver.write(b"PUB " + words[3] + b" 4\r\n+ACK\r\n")
        self.on_receive(body[:8])

    def publish(self, number: int) -> None:
        self.sender.write(self.head + payload(number) + b"\r\n")


# --- RabbitMQ, AMQP 0-9-1: a durable queue, persistent messages, confirms, consumer acknowledgements


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


CLIENTS = {"twinbell": Twinbell, "redis": Redis, "nats": Nats, "rabbitmq": Rabbit}


async def throughput(pairs: list[Pair], args: argparse.Namespace) -> dict[str, float]:
    def done() -> int:
        return sum(min(pair.acked, pair.got) for pair in pairs)

    for pair in pairs:
        pair.window = args.window
        pair.pump()
    await asyncio.sleep(args.warm)
    print("START", flush=True)
    before, at, cpu = done(), time.perf_counter(), time.process_time()
    await asyncio.sleep(args.secs)
    count, took = done() - before, time.perf_counter() - at
    cpu = (time.process_time() - cpu) / took
    print("END", flush=True)
    for pair in pairs:
        pair.window = 0
    for _ in range(50):  # what is in flight arrives late, not never
        await asyncio.sleep(0.1)
        undelivered = sum(pair.sent - pair.got for pair in pairs)
        if not undelivered:
            break
    return {"n": count, "per_s": count / took, "generator_cpu": cpu, "undelivered": undelivered}


async def latency(pairs: list[Pair], args: argparse.Namespace) -> dict[str, float]:
    """One pair, 200 messages a second whether or not the last one has arrived."""
    pair = pairs[0]
    pair.timed = True
    for phase, seconds in (("warm", 0.7), ("run", args.secs)):
        if phase == "run":
            pair.delivery.clear()
            pair.answer.clear()
            print("START", flush=True)
        end = time.perf_counter() + seconds
        due = time.perf_counter()
        while time.perf_counter() < end:
            pair.fire()
            due += 1 / args.rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
        if phase == "run":
            print("END", flush=True)
        for _ in range(50):
            await asyncio.sleep(0.1)
            if pair.sent == pair.got and pair.sent == pair.acked:
                break
    return {
        "n": len(pair.delivery),
        "p50_ms": percentile(pair.delivery, 50) * 1e3,
        "p99_ms": percentile(pair.delivery, 99) * 1e3,
        "ack_p50_ms": percentile(pair.answer, 50) * 1e3,
        "ack_p99_ms": percentile(pair.answer, 99) * 1e3,
        "undelivered": pair.sent - pair.got,
    }


async def run(args: argparse.Namespace) -> None:
    gc.disable()
    client = CLIENTS[args.client]
    if hasattr(client, "setup"):
        await client.setup(args)
    pairs = [client(index, args) for index in range(args.pairs)]
    for start in range(0, args.pairs, 20):
        await asyncio.gather(*(pair.open() for pair in pairs[start : start + 20]))
    result = await (latency if args.latency else throughput)(pairs, args)
    result["misordered"] = sum(pair.misordered for pair in pairs)
    result["lost_connections"] = len(LOST)
    print(json.dumps(result), flush=True)
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pairs", type=int, default=1)
    parser.add_argument("--window", type=int, default=1)
    parser.add_argument("--secs", type=float, default=5)
    parser.add_argument("--warm", type=float, default=1.2)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--latency", action="store_true")
    uvloop.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
