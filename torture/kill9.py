"""X1: kill the relay under load, and lose nothing that it acknowledged.

Pairs write at full rate over the WebSocket; the relay is killed with SIGKILL at a random instant and started
again on its folder; the writers repeat what was not answered. Each receiver is away in every other round, so
that what was acknowledged then is on the disk or nowhere. In the end everything is collected. Then:

- every deposit that was acknowledged has been received;
- no envelope is received again after the relay confirmed its acknowledgement;
- the database passes its own integrity check after each kill.

The known fault: a relay that answers before it commits. It must be caught losing something.
"""

import argparse
import asyncio
import json
import random
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
from picows import WSError, WSListener, WSMsgType, ws_connect

from torture.relays import Process, ask
from twinbell.wire import frame, mailbox
from twinbell.wire.auth import Token

PAIRS = 6
WINDOW = 16
BODY = bytes(1000)


@dataclass
class Pair:
    """A sender and a receiver, who both remember everything; only the relay is ever killed."""

    box: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    owner: Token = field(default_factory=Token.generate)
    collect: Token = field(default_factory=Token.generate)
    peer: Token = field(default_factory=Token.generate)
    next_number: int = 0
    unanswered: dict[bytes, bytes] = field(default_factory=dict)
    acknowledged: set[bytes] = field(default_factory=set)
    received: set[bytes] = field(default_factory=set)
    acked_upto: int = 0
    faults: list[str] = field(default_factory=list)

    def register(self, port: int) -> None:
        setting = mailbox.Setting(
            epoch=1, collect={"aa" * 8: self.collect.hash}, deposit={"peer": self.peer.hash}
        )
        status, body = ask(port, "PUT", mailbox.path(self.box), token=self.owner, body=setting.to_bytes())
        assert status in (200, 201), body


class Sender(WSListener):
    """Keeps WINDOW deposits in flight; after a kill it begins with those that were not answered."""

    def __init__(self, pair: Pair, *, filling: bool) -> None:
        super().__init__()
        self.pair = pair
        self.filling = filling

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport
        self.send(frame.Attach(1, self.pair.box, self.pair.peer.secret))

    def on_ws_frame(self, transport: Any, message: Any) -> None:
        if message.msg_type != WSMsgType.BINARY:
            return
        received = frame.parse(message.get_payload_as_bytes())
        if isinstance(received, frame.Attached):
            for id_, body in self.pair.unanswered.items():
                self.send(frame.Deposit(1, id_, (), body))
        elif isinstance(received, frame.Deposited):
            if self.pair.unanswered.pop(received.id, None) is not None:
                self.pair.acknowledged.add(received.id)
        else:
            self.pair.faults.append(f"refused: {received}")
        while self.filling and len(self.pair.unanswered) < WINDOW:
            self.deposit()

    def deposit(self) -> None:
        pair = self.pair
        id_ = secrets.token_bytes(16)
        pair.unanswered[id_] = id_ + BODY
        self.send(frame.Deposit(1, id_, (), pair.unanswered[id_]))

    def send(self, what: frame.Frame) -> None:
        self.transport.send(WSMsgType.BINARY, what.to_bytes())


class Receiver(WSListener):
    """Receives, remembers by id, acknowledges; complains of what comes again after a confirmation."""

    def __init__(self, pair: Pair) -> None:
        super().__init__()
        self.pair = pair

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport
        self.send(frame.Attach(1, self.pair.box, self.pair.collect.secret))

    def on_ws_frame(self, transport: Any, message: Any) -> None:
        if message.msg_type != WSMsgType.BINARY:
            return
        received = frame.parse(message.get_payload_as_bytes())
        if isinstance(received, frame.Envelope):
            if received.seq <= self.pair.acked_upto:
                self.pair.faults.append(f"seq {received.seq} came again after {self.pair.acked_upto}")
            self.pair.received.add(received.body[:16])
            self.send(frame.Ack(1, received.seq))
        elif isinstance(received, frame.Acked):
            self.pair.acked_upto = max(self.pair.acked_upto, received.upto)

    def send(self, what: frame.Frame) -> None:
        self.transport.send(WSMsgType.BINARY, what.to_bytes())


async def load(port: int, pairs: list[Pair], seconds: float, kill: Any, *, round: int) -> None:
    """Let everybody talk for a while, then call `kill`."""
    url = f"ws://127.0.0.1:{port}/ws"
    links = []
    try:
        for number, pair in enumerate(pairs):
            if (number + round) % 2:
                links.append((await ws_connect(lambda p=pair: Receiver(p), url))[0])
            links.append((await ws_connect(lambda p=pair: Sender(p, filling=True), url))[0])
        await asyncio.sleep(seconds)
        kill()
    finally:
        for link in links:
            link.disconnect()
        await asyncio.sleep(0.05)


async def drain(port: int, pairs: list[Pair]) -> None:
    """Send what was never answered, and collect until everything has arrived or nothing more comes."""
    url = f"ws://127.0.0.1:{port}/ws"
    links = []
    for pair in pairs:
        links.append((await ws_connect(lambda p=pair: Receiver(p), url))[0])
        links.append((await ws_connect(lambda p=pair: Sender(p, filling=False), url))[0])
    quiet, before = 0, -1
    while quiet < 20:
        await asyncio.sleep(0.1)
        if all(not pair.unanswered and pair.acknowledged <= pair.received for pair in pairs):
            break
        count = sum(len(pair.received) + len(pair.acknowledged) for pair in pairs)
        quiet, before = (quiet + 1 if count == before else 0), count
    for link in links:
        link.disconnect()
    await asyncio.sleep(0.05)


def is_whole(data: Path) -> bool:
    """Check a copy, so that looking does not repair."""
    with tempfile.TemporaryDirectory() as folder:
        for path in data.glob("relay.db*"):
            shutil.copy(path, folder)
        database = apsw.Connection(str(Path(folder) / "relay.db"))
        (answer,) = database.execute("pragma integrity_check").fetchone() or ("nothing",)
        database.close()
        return answer == "ok"


def run(rounds: int, seed: int, *, bad: bool) -> dict[str, Any]:
    """Kill a relay `rounds` times and return what was found."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="twinbell-kill9-"))
    pairs = [Pair() for _ in range(PAIRS)]
    corrupt = 0
    try:
        for number in range(rounds):
            relay = Process(folder, bad={"early": True} if bad else None)
            if number == 0:
                for pair in pairs:
                    pair.register(relay.port)
            try:
                asyncio.run(load(relay.port, pairs, chance.uniform(0.02, 0.4), relay.kill, round=number))
            except (WSError, OSError) as error:
                raise RuntimeError(f"round {number}: {error!r}") from error
            finally:
                relay.kill()
            corrupt += not is_whole(folder)
        relay = Process(folder)
        asyncio.run(drain(relay.port, pairs))
        relay.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "rounds": rounds,
        "acknowledged": sum(len(pair.acknowledged) for pair in pairs),
        "lost": sum(len(pair.acknowledged - pair.received) for pair in pairs),
        "faults": [fault for pair in pairs for fault in pair.faults][:5],
        "corrupt": corrupt,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--long", action="store_true", help="1,000 rounds")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    args = parser.parse_args()
    good = run(1_000 if args.long else args.rounds, args.seed, bad=False)
    control = {"lost": 0}
    for attempt in range(20):
        control = run(3, args.seed + attempt, bad=True)
        if control["lost"]:
            break
    held = not good["lost"] and not good["faults"] and not good["corrupt"] and good["acknowledged"] > 0
    caught = bool(control["lost"])
    print(json.dumps({"seed": args.seed, "held": held, "caught": caught, "relay": good, "control": control}))
    return 0 if held and caught else 1


if __name__ == "__main__":
    sys.exit(main())
