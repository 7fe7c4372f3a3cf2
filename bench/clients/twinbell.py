"""Twinbell: a mailbox for each pair; the frames of docs/spec/frames.md, written by hand."""

import argparse
import asyncio
import http.client
import os
import struct
import sys

from bench.clients import LOST, Pair, payload


class Twinbell(Pair):
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
