"""NATS JetStream: a work queue on disk, a push consumer for each mailbox."""

import argparse
import asyncio
import json
import sys

from bench.clients import BYTES, Pair, Stream, connect, payload


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
