"""Listening: a socket to each relay, so that a ring is heard at once.

    hold      one task a relay: attach our mailboxes, take what is pushed, acknowledge what is on the disk
    upkeep    one task: send what other commands left, turn bells, tell of letters whose day has come

What touches vault, files or HTTP runs in a thread, one piece at a time; the loop only moves frames. When a
connection ends it is opened anew, later and later up to a minute. A bond that joins starts all of it anew.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from twinbell.client import bonds, events, mail
from twinbell.client.bonds import BondRow
from twinbell.client.events import Event
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.client.websocket import Socket, connect
from twinbell.errors import TwinbellError, Unauthorised, Unreachable
from twinbell.wire.frame import Ack, Acked, Attach, Envelope, Trouble
from twinbell.wire.mailbox import Kept

UPKEEP_S = 20.0
BELL_S = 1.0  # while a bell is on its way somebody is waiting for it
AGAIN_S, AGAIN_S_MAX = 1.0, 60.0
CHANNEL_FIRST = 1

Tell = Callable[[Event], None]
Note = Callable[[str], None]
T = TypeVar("T")


async def listen(home: Home, tell: Tell, note: Note, *, for_s: float | None = None) -> None:
    """Listen to every mailbox of this home until cancelled, or for so many seconds.

    `tell` is called with each event, once, in order; `note` with a sentence about the connection.
    """
    listener = _Listener(home, tell, note)
    await listener.catch_up()  # whatever the time: who listens for a second hears what is there
    try:
        async with asyncio.timeout(for_s):
            await listener.run()
    except TimeoutError:
        pass
    finally:
        home.progress = _stop  # a download that is under way ends at its next piece
    await listener.tell_news()


class _Listener:
    def __init__(self, home: Home, tell: Tell, note: Note) -> None:
        self._home = home
        self._tell = tell
        self._note = note
        self._owed: set[tuple[str, object]] = set()  # what was tried already, and waits for the next upkeep
        self._turn = asyncio.Lock()  # for the vault
        self._voice = asyncio.Lock()  # two tasks that tell at once would tell the same

    async def catch_up(self) -> None:
        left = await self._work(mail.catch_up, self._home)
        if left.reason:
            self._note(f"{left.reason} Trying again by itself.")
        await self.tell_news()

    async def run(self) -> None:
        while True:
            rows = await self._work(bonds.every, self._home.vault)
            living = [row for row in rows if row.parted_s is None]
            tasks = [asyncio.create_task(self._upkeep({row.id for row in rows}))]
            tasks += [
                asyncio.create_task(self._hold(url, [row for row in living if row.relay == url]))
                for url in dict.fromkeys(row.relay for row in living)
            ]
            try:
                # `hold` never ends by itself; `upkeep` does when a bond has joined.
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def tell_news(self) -> None:
        """Tell what has not been told yet."""
        async with self._voice:
            for event in await self._work(lambda: list(events.untold(self._home.vault))):
                self._tell(event)
                await self._work(events.told, self._home.vault, event.number)
                reach("listen: told")

    async def _upkeep(self, known: set[bytes]) -> None:
        while True:
            await self._send()
            await self._work(mail.look_around, self._home)
            await self._work(_note_ready, self._home)
            await self.tell_news()
            rows = await self._work(bonds.every, self._home.vault)
            if {row.id for row in rows} != known:
                return
            waiting = await self._work(lambda: self._home.vault.one("select 1 from bell"))
            await asyncio.sleep(BELL_S if waiting else UPKEEP_S)

    async def _hold(self, url: str, rows: Sequence[BondRow]) -> None:
        again_s = AGAIN_S
        while True:
            try:
                again_s = await self._connection(url, rows) or again_s
            except TwinbellError as refusal:  # also nonsense: one relay must not end listening to the others
                if again_s == AGAIN_S:
                    self._note(f"{refusal} Trying again by itself.")
            await asyncio.sleep(again_s * random.uniform(0.5, 1.0))  # noqa: S311  # only to spread load
            again_s = min(2 * again_s, AGAIN_S_MAX)

    async def _connection(self, url: str, rows: Sequence[BondRow]) -> float | None:
        """Hold one connection until it ends; return how soon to try again if anything came over it."""
        pendants = [row.pendant for row in rows]
        channels = {number: row.id for number, row in enumerate(rows, CHANNEL_FIRST)}
        first = [
            Attach(number, pendant.keyring.box, pendant.device.collect, pendant.keyring.generation)
            for number, pendant in enumerate(pendants, CHANNEL_FIRST)
        ]
        heard = None
        behind: set[int] = set()  # channels on which something came that is not settled yet
        async with connect(url, first, ca=self._home.ca) as socket:
            for channel, bond in channels.items():
                await self._settle(socket, channel, bond)
            async for frame in socket.frames():
                heard = AGAIN_S
                if isinstance(frame, Envelope) and frame.channel in channels:
                    kept = Kept(frame.seq, frame.arrived_s, frame.blobs, frame.body)
                    await self._work(mail.take, self._home, channels[frame.channel], kept)
                    behind.add(frame.channel)
                elif isinstance(frame, Acked) and frame.channel in channels:
                    await self._work(mail.acknowledged, self._home, channels[frame.channel], frame.upto)
                elif isinstance(frame, Trouble):
                    raise Unauthorised(f"The relay at {url} refused a mailbox: {frame.problem.title}")
                while behind and not socket.waiting:
                    channel = behind.pop()
                    await self._settle(socket, channel, channels[channel])
        return heard

    async def _settle(self, socket: Socket, channel: int, bond: bytes) -> None:
        """Fetch what envelopes have announced, tell what is new, and acknowledge what is on the disk."""
        await self.tell_news()
        try:
            await self._work(mail.fetch_coming, self._home, bond)
        except TwinbellError as refusal:
            self._note(f"{refusal} Trying again by itself.")
        await self._work(mail.look_around, self._home)  # a doorbell may be among what came
        await self.tell_news()
        if await self._work(mail.owed, self._home) - self._owed:  # new keys, or somebody back from paper
            await self._send()
        row = await self._work(bonds.get, self._home.vault, bond)
        upto = await self._work(mail.safe_upto, self._home, bond)
        if upto > row.acknowledged:
            socket.send(Ack(channel, upto))

    async def _send(self) -> None:
        await self._work(mail.send, self._home)
        self._owed = await self._work(mail.owed, self._home)

    async def _work(self, function: Callable[..., T], *args: object) -> T:
        """Run something that touches vault or files in a thread, one at a time."""
        async with self._turn:
            work = asyncio.ensure_future(asyncio.to_thread(function, *args))
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                # The thread goes on, and nobody else may touch the vault before it has ended.
                progress, self._home.progress = self._home.progress, _stop
                await asyncio.wait([work])
                self._home.progress = progress
                if not work.cancelled():
                    work.exception()
                raise


def _note_ready(home: Home) -> None:
    """Note letters whose day has come, once each."""
    rows = home.vault.all(
        "select letter.number, letter.id, letter.bond, letter.opens_s, bond.peer from letter "
        "join bond on bond.id = letter.bond where outgoing = 0 and state = 'waiting' and ready_told = 0 "
        "and opens_s is not null and opens_s <= ?",
        home.now_s,
    )
    for number, letter, bond, opens_s, peer in rows:
        with home.vault.transaction():
            if home.vault.run("update letter set ready_told = 1 where number = ? and ready_told = 0", number):
                events.add(
                    home.vault,
                    "ready",
                    at_s=home.now_s,
                    bond=bond,
                    peer=peer,
                    letter=letter.hex(),
                    opens=opens_s,
                )


def _stop(done: int, total: int) -> None:
    raise Unreachable("Stopped.")
