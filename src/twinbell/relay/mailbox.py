"""Mailboxes at work: who may do what, what is kept, who is told.

Theory of operation. A mailbox that is in use is in memory as a `Live` (`live.py`). Checks are made there,
changes go to the writer, and whoever waits is answered after the commit, by `kept` or `dropped`. All of this
runs on the loop alone.

A seq is given when a deposit is accepted; seqs are reserved on the disk in blocks, so that none is given
twice, also when the envelope that had it is long deleted. An envelope is deleted when every awake device
has it. A device that collected everything before the others needs its cursor written; the last one does
not, because nothing lies before it any more.

A listener is a device on a socket. It is either caught up, and is handed each envelope from memory as it is
committed, or behind, and is fed from the disk as fast as it reads. `sent_upto` keeps the two from doubling.
"""

import hashlib
from collections.abc import Callable, Container, Sequence

from twinbell.clock import Clock
from twinbell.errors import Damaged, TwinbellError, Unauthorised
from twinbell.relay.acks import Acks, Caller
from twinbell.relay.epochs import Epochs
from twinbell.relay.live import Depositor, Device, Listener, Live, Reader
from twinbell.relay.store import DEPOSIT_NAMES, Broken, Drop, Full, Job, Keep, Store
from twinbell.relay.store.writer import Writer
from twinbell.relay.throttle import Budget
from twinbell.wire.auth import Right
from twinbell.wire.limits import DEVICE_ASLEEP_S, PAGE_ENVELOPES, SEQ_MAX
from twinbell.wire.mailbox import Kept, Page, Setting, arrival_s
from twinbell.wire.problems import Denied, Problem, of

SEQ_BLOCK = 1024  # seqs reserved on the disk at once; a restart skips what is left of them
SINK = -1  # in place of a deposit's index: answered, not stored
_WHICH = {"": SINK} | {name: which for which, name in enumerate(DEPOSIT_NAMES)}
_SUNK_MAX = 256  # ids that a sink remembers, to answer a repeat alike
_FEED = 16  # envelopes read from the disk at a time for a listener that is behind
_DAY_S = 86_400


class Mailboxes:
    """All mailboxes of a relay."""

    def __init__(
        self,
        *,
        store: Store,
        epochs: Epochs,
        clock: Clock,
        envelopes_max: tuple[int, int],
        budget: Budget,
        live_max: int = 20_000,
    ) -> None:
        self._store = store
        self._epochs = epochs
        self._clock = clock
        self._envelopes_max = envelopes_max  # of what others leave, and of what one leaves oneself
        self._budget = budget
        self._live: dict[bytes, Live] = {}
        self._live_max = live_max
        self.writer: Writer  # set by whoever composes the relay: the writer answers to `done`
        self.blobs_gone: Callable[[bytes, Sequence[bytes]], None] = lambda box, blobs: None
        # The hook of `push.py`: for an envelope one look at a set, and no more where nobody is subscribed.
        self.push_waiting: Container[int] = ()
        self.push_told: Container[int] = ()
        self.on_push: Callable[[Live], None] = lambda live: None
        self.on_come: Callable[[Live, str], None] = lambda live, device: None
        self._place = store.newest_place()
        self._now_s = 0.0  # since boot, and the minute by the wall: as of this turn of the loop
        self._arrived_s = 0
        self.acks = Acks(self._collect)
        self.deposited = 0
        self.collected = 0
        self.refused = 0

    # --- rights

    def authorise(self, box: bytes, token_hash: bytes, *rights: Right) -> tuple[Live, Right, str]:
        """Return the mailbox and the token's right and name in it; raise `Unauthorised` for all else."""
        live = self.find(box)
        if live is None:
            raise Unauthorised
        # A look-up by hash tells nothing: whoever times it would have to find tokens of a chosen hash.
        right, name, until_s = live.rights.get(token_hash, (None, "", 0))
        if right is None or right not in rights:
            raise Unauthorised
        if until_s and self._clock.wall_s() >= until_s:
            raise Unauthorised  # the sink has ended: now there is "no such"
        return live, right, name

    def find(self, box: bytes) -> Live | None:
        live = self._live.get(box)
        if live is None:
            stored = self._store.find_mailbox(box)
            if stored is None:
                return None
            live = self._live[box] = Live(stored)
            live.frozen = self._epochs.of(box) > stored.setting.epoch
            self._put_to_sleep(live)
        return live

    def forget_idle_beyond(self) -> None:
        """Let go of mailboxes that nobody is using, if many are held; they are read again when needed."""
        if len(self._live) <= self._live_max:
            return
        for box, live in list(self._live.items()):
            if not (live.listeners or live.bound or live.busy):
                del self._live[box]

    async def put(self, box: bytes, token_hash: bytes, setting: Setting) -> bool:
        """Create the mailbox or replace its setting; return whether it was created.

        Tokens that are no longer in it lose their channels before this returns.
        """
        live = self.find(box)
        if live is not None and live.owner != token_hash:
            raise Unauthorised
        if setting.epoch < self._epochs.of(box):
            raise Denied(Problem.CONFLICT, "This mailbox has a newer epoch already.")
        self._epochs.note(box, setting.epoch)
        day = self.today()
        created: bool = await self.writer.run(lambda: self._store.put_mailbox(box, token_hash, setting, day))
        live = self.find(box)
        if live is not None:
            live.frozen = False
            self._replace(live, setting, day)
        return created

    def _replace(self, live: Live, setting: Setting, day: int) -> None:
        live.set(setting)
        live.devices = {name: live.devices.get(name) or Device(0, day, False) for name in setting.collect}
        channels: list[Listener | Depositor] = [*live.listeners, *live.bound]
        for bound in channels:
            if bound.token_hash not in live.rights:
                bound.reader.unbind(bound.channel)
        live.listeners = [one for one in live.listeners if one.token_hash in live.rights]
        live.bound = [one for one in live.bound if one.token_hash in live.rights]
        self._collect_floor(live)

    def claim(self, live: Live, epoch: int) -> None:
        """Hear that the owner's side is at `epoch`: ahead of us only if we are a copy from a backup."""
        if epoch > live.setting.epoch:
            live.frozen = True

    # --- deposits

    def deposit(
        self, live: Live, name: str, id_: bytes, blobs: tuple[bytes, ...], body: bytes, caller: Caller
    ) -> None:
        """Keep an envelope; `caller` is answered after the commit, or refused."""
        turn = self.writer.turn
        if not turn:  # what comes in one turn of the loop comes at one time
            self._now_s = self._clock.boot_s()
            self._arrived_s = arrival_s(self._clock.wall_s())
        which = _WHICH[name]
        problem = self._why_not(live, which)
        if problem is not None:
            self.refused += 1
            caller.refused(problem, id_)
            return
        seq = live.next_seq
        live.next_seq = seq + 1
        if seq > live.reserved_seq:
            live.reserved_seq = seq + SEQ_BLOCK - 1
            self._reserve(live.number, live.reserved_seq)
        arrived_s = self._arrived_s
        live.busy += 1
        if which == SINK:
            self._sink(live, seq, id_, arrived_s, blobs, body, caller)
            return
        live.counts[which] += 1
        self._place += 1
        keep = Keep(
            live.number, seq, self._place, id_, which, arrived_s, blobs, body, live=live, caller=caller
        )
        if turn:
            turn.append(keep)  # a call less: most are not the first of their turn
        else:
            self.writer.put(keep)

    def _why_not(self, live: Live, which: int) -> Problem | None:
        if live.frozen:
            return Problem.FROZEN
        now_s = self._now_s
        budget = self._budget
        left, at_s = live.pace[which]
        left += (now_s - at_s) * budget.per_s
        if left > budget.burst:
            left = budget.burst
        live.pace[which] = (left - 1 if left >= 1 else left, now_s)
        if left < 1:
            return Problem.TOO_FAST
        if live.next_seq >= SEQ_MAX:
            return Problem.FULL
        if which != SINK and live.counts[which] >= self._envelopes_max[which]:
            return Problem.FULL
        return None

    def _reserve(self, number: int, upto: int) -> None:
        self.writer.put(Job(lambda: self._store.reserve_seqs(number, upto)))

    def _sink(
        self,
        live: Live,
        seq: int,
        id_: bytes,
        arrived_s: int,
        blobs: tuple[bytes, ...],
        body: bytes,
        caller: Caller,
    ) -> None:
        """Answer as a deposit is answered, after a commit that costs the same, and keep nothing."""
        bound = live.sunk_blobs.binds(id_, blobs)
        digest = hashlib.sha256(body).digest()
        first = live.sunk.setdefault(id_, (seq, arrived_s, digest))
        if len(live.sunk) > _SUNK_MAX:
            del live.sunk[next(iter(live.sunk))]
        job = Job(lambda: self._store.count_sunk(live.number))

        def answer() -> None:
            live.busy -= 1
            if job.error is not None:
                caller.refused(problem_of(job.error), id_)
            elif not bound or first[2] != digest:
                caller.refused(Problem.CONFLICT, id_)
            else:
                caller.deposited(id_, first[0], first[1])

        job.caller = answer
        self.writer.put(job)

    def kept(self, keep: Keep) -> None:
        """After the commit: answer the depositor, tell the listeners."""
        live: Live = keep.live
        live.busy -= 1
        place, _, seq, id_, deposit, arrived_s, _, body = keep.row
        if keep.error is not None or not keep.fresh:
            live.counts[deposit] -= 1
            if keep.error is not None:
                self.refused += 1
                keep.caller.refused(problem_of(keep.error), id_)
            else:
                keep.caller.deposited(id_, seq, arrived_s)
            return
        keep.caller.deposited(id_, seq, arrived_s)
        self.deposited += 1
        live.waiting.append((seq, place, deposit))
        for listener in live.listeners:
            if listener.caught_up and seq > listener.sent_upto:
                reader = listener.reader
                if reader.paused:
                    listener.caught_up = False
                    continue
                listener.sent_upto = seq
                reader.envelope(listener.channel, seq, arrived_s, keep.blobs, body)
        if live.number in self.push_waiting:
            self.on_push(live)

    # --- collecting

    def listen(self, live: Live, device: str, token_hash: bytes, reader: Reader, channel: int) -> Listener:
        listener = Listener(reader, channel, device, token_hash, live.devices[device].cursor)
        live.listeners.append(listener)
        self.seen(live, device)
        return listener

    def feed(self, live: Live, listener: Listener) -> None:
        """Send what waits on the disk, as much as the reader takes now."""
        while not listener.reader.paused and not listener.caught_up:
            envelopes = self._read(live, listener.sent_upto, _FEED)
            for kept in envelopes:
                listener.sent_upto = kept.seq
                listener.reader.envelope(listener.channel, kept.seq, kept.arrived_s, kept.blobs, kept.body)
            listener.caught_up = len(envelopes) < _FEED

    def leave(self, live: Live, bound: Listener | Depositor) -> None:
        if isinstance(bound, Listener):
            if bound in live.listeners:
                live.listeners.remove(bound)
                if live.number in self.push_waiting:
                    self.on_push(live)  # what went to a connection that was dead already still waits
        elif bound in live.bound:
            live.bound.remove(bound)

    def page(self, live: Live, device: str, after: int | None, limit: int | None) -> Page:
        self.seen(live, device)
        start = live.devices[device].cursor if after is None else after
        count = limit or PAGE_ENVELOPES
        found = self._read(live, start, count + 1)
        return Page(tuple(found[:count]), len(found) > count)

    def _read(self, live: Live, seq: int, count: int) -> list[Kept]:
        return self._store.envelopes_at([place for _, place, _ in live.waiting.after(seq, count)])

    def collected_upto(self, live: Live, device: str, upto: int, caller: Caller) -> None:
        """Note how far a device has come, delete what nobody needs any more, and answer after the commit."""
        if device not in live.devices or upto >= live.next_seq:
            raise Damaged("There is no such seq yet.")
        if not self._collect(live, device, upto, caller):
            caller.acked(upto)

    def _collect(self, live: Live, device: str, upto: int, caller: Caller) -> bool:
        """Put to the writer what follows from this; return whether anything does."""
        state = live.devices[device]
        before = state.cursor
        if upto <= before:
            return False
        state.cursor = upto
        floor = self._floor(live)
        drop = self._drop(live, floor, device if upto > floor else None, upto)
        if not drop.taken and drop.device is None:
            return False
        drop.before = (state, before)
        drop.caller = caller
        live.busy += 1
        self.writer.put(drop)
        return True

    def dropped(self, drop: Drop) -> None:
        """After the commit: answer the collector, or take back what was not deleted."""
        if drop.riders:
            self.acks.rode(drop, None if drop.error is None else problem_of(drop.error))
            if drop.error is None:
                self.collected += len(drop.taken)
            return
        live: Live = drop.live
        live.busy -= 1
        if drop.error is not None:
            # Still on the disk, so it still counts. The device may ask again; order is by seq.
            live.waiting.put_back(drop.taken)
            for _, _, deposit in drop.taken:
                live.counts[deposit] += 1
            if drop.before is not None:
                state, cursor = drop.before
                state.cursor = cursor
            if drop.caller is not None:
                drop.caller.refused(problem_of(drop.error), bytes(16))
            return
        self.collected += len(drop.taken)
        if drop.gone:
            for _, deposit, length in drop.gone:
                live.blob_bytes[deposit] -= length
            self.blobs_gone(live.box, [blob for blob, _, _ in drop.gone])
        if drop.caller is not None:
            drop.caller.acked(drop.cursor)

    def seen(self, live: Live, device: str) -> None:
        """Note that a device has come: for push at once, on the disk once a day."""
        if live.number in self.push_told:
            self.on_come(live, device)
        state, day = live.devices[device], self.today()
        if state.seen_day >= day:
            return
        state.seen_day, state.asleep = day, False
        self.writer.put(Job(lambda: self._store.note_seen(live.number, device, day)))

    def sleep(self) -> None:
        """Put devices to sleep that have not come for long, and delete what they alone held back."""
        for box in self._store.sleepers(self.today() - DEVICE_ASLEEP_S // _DAY_S):
            live = self.find(box)
            if live is not None:
                self._put_to_sleep(live)
                self._collect_floor(live)

    def end_sinks(self) -> None:
        """Cut off the channels of tokens whose time as a sink is over: from now on there is "no such"."""
        now_s = self._clock.wall_s()
        for live in self._live.values():
            ended = {hash_ for hash_, (_, _, until_s) in live.rights.items() if 0 < until_s <= now_s}
            for bound in [one for one in live.bound if one.token_hash in ended]:
                live.bound.remove(bound)
                bound.reader.unbind(bound.channel)

    def _put_to_sleep(self, live: Live) -> None:
        day = self.today() - DEVICE_ASLEEP_S // _DAY_S
        for state in live.devices.values():
            state.asleep = state.seen_day < day
        if all(state.asleep for state in live.devices.values()):
            for state in live.devices.values():  # nothing is dropped that no device has
                state.asleep = False

    def _floor(self, live: Live) -> int:
        devices = live.devices
        if len(devices) == 1:
            for state in devices.values():
                return state.cursor
        return min((state.cursor for state in devices.values() if not state.asleep), default=0)

    def _collect_floor(self, live: Live) -> None:
        drop = self._drop(live, self._floor(live), None, 0)
        if drop.taken:
            live.busy += 1
            self.writer.put(drop)

    def _drop(self, live: Live, floor: int, device: str | None, cursor: int) -> Drop:
        taken = live.waiting.take_upto(floor)
        for _, _, deposit in taken:
            live.counts[deposit] -= 1
        drop = Drop(live.number, taken, device, cursor)
        drop.live = live
        if taken:
            if live.blob_bytes[0] or live.blob_bytes[1]:
                drop.blobs = True
            if len(live.devices) > 1:
                self._note_missed(live, taken[-1][0])
        return drop

    def _note_missed(self, live: Live, upto: int) -> None:
        missed = [n for n, s in live.devices.items() if s.asleep and s.cursor < upto and not s.missed]
        if missed:
            for name in missed:
                live.devices[name].missed = True
            self.writer.put(Job(lambda: self._store.note_missed(live.number, missed)))

    def today(self) -> int:
        return int(self._clock.wall_s()) // _DAY_S

    def live_count(self) -> int:
        return len(self._live)


def problem_of(error: Exception) -> Problem:
    """Return how the other end is told of an error in a commit."""
    if isinstance(error, Full):
        return Problem.FULL
    if isinstance(error, Broken):
        return Problem.READ_ONLY
    return of(error) if isinstance(error, TwinbellError) else Problem.FAULT
