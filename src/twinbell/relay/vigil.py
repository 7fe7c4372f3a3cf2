"""What the relay does by itself about watches: it notices silence, reminds, asks and tells.

    every second   sweep: settle what is due, in small batches in the writer's thread
                   send the reminders that this found, each to its end
                   act on flips: ring those whom they concern, then forget the flip

A flip was written in the transaction that found it, and stays until everybody was rung. A crash in between
repeats the ringing: the envelope has an id that follows from the flip, so a mailbox keeps it once. To ring is
an ordinary deposit of an envelope that says which watch wants looking at, and nothing else.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from functools import partial

from twinbell.clock import Clock
from twinbell.errors import Unauthorised
from twinbell.relay import log
from twinbell.relay.counter import BEAT_S, Counter
from twinbell.relay.mailbox import Mailboxes
from twinbell.relay.remind import ACCEPTED, Reminders
from twinbell.relay.stages import Call, Moment, accepted, facts, sweep
from twinbell.relay.store import Store
from twinbell.relay.store.watchrows import Doorbell, Flip, Row
from twinbell.relay.store.writer import Writer
from twinbell.wire import silence
from twinbell.wire.auth import Right
from twinbell.wire.problems import Problem
from twinbell.wire.silence import Stage
from twinbell.wire.watch import doorbell

BATCH = 200  # watches settled in one transaction: some ten milliseconds of the writer
FLIPS = 256  # flips that are acted on together
AGAIN_S = 60.0  # a doorbell that could not be rung is tried again after this
OVER_EVERY_S = 60.0  # rehearsals that are over are looked for this often


class Ring:
    """A doorbell that waits for its commit, as a `Caller` of the mailboxes."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[Problem | None] = asyncio.get_running_loop().create_future()

    def deposited(self, id_: bytes, seq: int, arrived_s: int) -> None:
        self.answer.set_result(None)

    def acked(self, upto: int) -> None:
        raise AssertionError("a doorbell collects nothing")

    def refused(self, problem: Problem, about: bytes) -> None:
        self.answer.set_result(problem)


class Vigil:
    """The sweeper of a relay's watches."""

    def __init__(
        self, *, store: Store, counter: Counter, mailboxes: Mailboxes, reminders: Reminders, clock: Clock
    ) -> None:
        self._read = store.watches
        self._written = store.watches_written
        self._counter = counter
        self._mailboxes = mailboxes
        self._reminders = reminders
        self._clock = clock
        self.writer: Writer  # set by whoever composes the relay
        self._tasks: set[asyncio.Task[None]] = set()
        self._not_before: dict[int, float] = {}  # flips that could not be acted on, and when to try again
        self._heard: set[tuple[int, bytes]] = set()  # who was rung already, of flips that are not done
        self._over_at = 0.0
        self.rung = 0

    async def run(self) -> None:
        """Keep the vigil for ever; whatever goes wrong once is tried again a second later."""
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self.once()
            except Exception as error:
                log.fault(error)

    async def stop(self) -> None:
        """Let go of reminders that are under way: they count only once accepted."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def once(self) -> None:
        """Do what is due now."""
        await self.settle()
        await self.act()
        await self._end_rehearsals()

    async def settle(self) -> None:
        """Settle every watch for which something is due, and begin to send its reminders."""
        while True:
            moment = Moment.of(self._counter)
            if not self._read.due(moment.now, 1):
                return
            found, calls = await self.writer.run(partial(self._sweep, moment))
            for call in calls:
                task = asyncio.create_task(self._remind(call))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            if found < BATCH:
                return

    def _sweep(self, moment: Moment) -> tuple[int, list[Call]]:
        self._counter.note()
        return sweep(self._written, moment, BATCH)

    async def _remind(self, call: Call) -> None:
        """Send one reminder; if its service has accepted it, say so in the watch."""
        channel = call.channel
        if await self._reminders.send(channel.kind, channel.address, rehearsal=call.rehearsal) != ACCEPTED:
            return  # the sweep has put the next try a part of a unit away
        moment = Moment.of(self._counter)

        def note() -> None:
            self._counter.note()
            accepted(self._written, call, moment)

        await self.writer.run(note)

    # --- flips

    async def act(self) -> None:
        """Act on every flip that waits, and forget those on which this was done."""
        after = 0
        while flips := self._read.flips(after, FLIPS):
            after = flips[-1].number
            now_s = self._clock.boot_s()
            ready = [flip for flip in flips if self._not_before.get(flip.number, 0.0) <= now_s]
            done = [
                flip.number
                for flip, was_done in zip(
                    ready, await asyncio.gather(*(self._tell(flip) for flip in ready)), strict=True
                )
                if was_done
            ]
            for flip in ready:
                self._not_before.pop(flip.number, None)
                if flip.number not in done:
                    self._not_before[flip.number] = now_s + AGAIN_S
            if done:
                await self.writer.run(partial(self._written.drop_flips, done))

    async def _tell(self, flip: Flip) -> bool:
        """Ring everybody whom a flip concerns; return whether nobody is left to be rung."""
        row = self._read.at(flip.watch)
        if row is None:
            return True
        seats = self.concerned(row, flip)
        bells = [
            bell
            for bell in self._read.doorbells(row.number)
            if bell.seat in seats and (flip.number, bell.seat) not in self._heard
        ]
        rung = await asyncio.gather(*(self._ring(row, flip, bell) for bell in bells))
        if all(rung):
            self._heard -= {(flip.number, seat) for seat in seats}
            return True
        self._heard |= {(flip.number, bell.seat) for bell, was in zip(bells, rung, strict=True) if was}
        return False

    def concerned(self, row: Row, flip: Flip) -> set[bytes]:
        """Return the seats that a flip concerns; the empty one is the recipient's."""
        guardians = row.rule.guardians
        if flip.stage is not Stage.ASKING:
            return {b"", *guardians}
        seen = facts(self._read, row, self._counter.floor)
        asking = silence.marks(row.rule, seen).asking
        answered = {vote.guardian for vote in seen.votes if asking is not None and vote.at >= asking}
        return {*guardians[flip.first : row.asked]} - answered

    async def _ring(self, row: Row, flip: Flip, bell: Doorbell) -> bool:
        """Leave the envelope in one mailbox; return whether it is there, or never will be."""
        try:
            live, _, name = self._mailboxes.authorise(bell.box, bell.token, Right.DEPOSIT)
        except Unauthorised:
            return True  # the mailbox or the right to it is gone: its owner looks once a day
        ring = Ring()
        self._mailboxes.deposit(live, name, flip_id(row.id, flip, bell.seat), (), doorbell(row.id), ring)
        problem = await ring.answer
        if problem is None:
            self.rung += 1
        return problem in (None, Problem.CONFLICT)

    async def _end_rehearsals(self) -> None:
        """Delete rehearsals that are over."""
        now_s = self._clock.boot_s()
        if 0 <= now_s - self._over_at < OVER_EVERY_S:
            return
        self._over_at = now_s
        gate_s = Moment.of(self._counter).gate_s
        while over := self._read.over(gate_s, BATCH):
            await self.writer.run(partial(self._end, over))

    def _end(self, over: Iterable[Row]) -> None:
        for row in over:
            self._written.delete(row.number)
            self._written.bury(row.id)


def flip_id(watch: bytes, flip: Flip, seat: bytes) -> bytes:
    """Return the deposit's id of one ring: the same one however often it is tried."""
    said = f"{flip.stage.value} {flip.at} ".encode()
    return hashlib.sha256(b"twinbell/v1/watch-flip" + watch + said + seat).digest()[:16]
