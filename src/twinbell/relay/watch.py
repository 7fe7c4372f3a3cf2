"""Watches at work: who may say what, and what follows from it.

Theory of operation. Each change is one call in the writer's thread: it reads the watch, checks who asks,
changes it, and ends in `settle` (`stages.py`), which finds the stage anew. Nothing about a watch is held in
memory, so there is nothing that a crash could leave half done, and no sweep can come between a sign of life
and the silence that it ends. Looking reads from the disk, computes the stage for this second, and writes
nothing.

Whoever has no right, and whoever asks for a watch that is not there, gets one answer: `Unauthorised`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twinbell.errors import Conflict, Damaged, NotFound, Refused, Stale, Unauthorised
from twinbell.relay.counter import Counter
from twinbell.relay.mailbox import Mailboxes
from twinbell.relay.over import Over, end, stop
from twinbell.relay.remind import ACCEPTED, Reminders
from twinbell.relay.stages import Moment, facts, grown, settle, stored_terms, take, under
from twinbell.relay.store import Full, Store
from twinbell.relay.store import watchrows as kept
from twinbell.relay.store.watches import WatchTables
from twinbell.relay.store.watchrows import OWNER, READER, SEATS, Record, Row
from twinbell.relay.store.writer import Writer
from twinbell.relay.watchlook import look, shown
from twinbell.wire import silence
from twinbell.wire.auth import Right, Token
from twinbell.wire.life import Away, Life, open_life
from twinbell.wire.limits import (
    WATCH_AHEAD_S,
    WATCH_PARCELS_MAX,
    WATCH_REHEARSAL_KEPT_S,
    WATCH_TERMS_BYTES_MAX,
)
from twinbell.wire.problems import Denied, Problem
from twinbell.wire.signed import Signed
from twinbell.wire.silence import OVER, Answer, Stage, Vote
from twinbell.wire.terms import Change, Terms, change, open_terms
from twinbell.wire.watch import Channels, Doorbell, PushChannel, Trial, open_vote

ANYBODY = -1  # in place of a part: no token is asked for
GUARDIAN = SEATS  # and all beyond it


class Watches:
    """All watches of a relay."""

    def __init__(
        self, *, store: Store, counter: Counter, mailboxes: Mailboxes, reminders: Reminders, over: Over
    ) -> None:
        self._read = store.watches
        self._written = store.watches_written
        self._counter = counter
        self._mailboxes = mailboxes
        self._reminders = reminders
        self._over = over
        self.writer: Writer  # set by whoever composes the relay

    async def start(self) -> None:
        """End and stop again what an older database has brought back."""
        moment = Moment.of(self._counter)
        await self.writer.run(lambda: self._over.repeat(self._written, moment))

    # --- rights

    def part_of(self, watch: bytes, token: bytes) -> int:
        """Return whose token this is, by its place in the row; raise `Unauthorised` for nobody's."""
        return _part(self._read.find(watch), token)

    def exists(self, watch: bytes) -> bool:
        return self._read.find(watch) is not None

    async def _change(
        self,
        watch: bytes,
        token: bytes | None,
        may: Callable[[int], bool],
        work: Callable[[WatchTables, Row, int, Moment], Any],
    ) -> Any:
        """Do `work` on a watch in one transaction, if the token's part `may`."""
        moment = Moment.of(self._counter)
        tables = self._written

        def run() -> Any:
            row = tables.find(watch)
            part = ANYBODY if token is None and row is not None else _part(row, token or b"")
            if row is None or not may(part):
                raise Unauthorised
            self._counter.note()
            return work(tables, grown(tables, row, moment), part, moment)

        return await self.writer.run(run)

    # --- the writer

    async def put(self, watch: bytes, token: bytes, body: bytes) -> bool:
        """Make the watch, or put it under new terms, now or later; return whether it was made."""
        signed = Signed.parse(body, bytes_max=WATCH_TERMS_BYTES_MAX)
        terms = open_terms(signed, watch)
        if self._read.find(watch) is None and self.writer.full:
            raise Full
        moment = Moment.of(self._counter)
        tables = self._written

        def run() -> bool:
            row = tables.find(watch)
            if (row.tokens[OWNER] if row else terms.owner) != token:
                raise Unauthorised
            self._counter.note()
            if row is None:
                return self._make(terms, signed, moment)
            self._replace(grown(tables, row, moment), terms, signed, moment)
            return False

        made: bool = await self.writer.run(run)
        return made

    def _make(self, terms: Terms, signed: Signed, moment: Moment) -> bool:
        tables = self._written
        if tables.is_buried(terms.watch):
            raise Denied(Problem.GONE, "This watch was ended. Start a new one.")
        over_s = int(moment.gate_s) + WATCH_REHEARSAL_KEPT_S if terms.rehearsal else None
        row = Row(id=terms.watch, base=moment.now, rule=terms.rule(), zone="", tokens=(), over_s=over_s)
        row = settle(tables, under(row, terms), moment)
        tables.put_record(row.number, "terms", Record(moment.now, signed.to_bytes()))
        return True

    def _replace(self, row: Row, terms: Terms, signed: Signed, moment: Moment) -> None:
        tables, now, body = self._written, moment.now, signed.to_bytes()
        held_record, later = tables.record(row.number, "terms"), tables.record(row.number, "pending")
        if held_record is None:
            raise Damaged("The terms of this watch are lost.")
        if body == held_record.body or (later is not None and body == later.body):
            return  # a repeat, whose first answer was lost
        held, pending = stored_terms(held_record.body), stored_terms(later.body) if later else None
        stage = silence.stage(row.rule, facts(tables, row, moment.floor), now)
        try:
            when = change(held, terms, pending=pending, stage=stage)
        except Conflict:
            raise
        except Refused as error:
            raise Denied(Problem.CONFLICT, str(error)) from error
        newest = max(held.number, pending.number if pending else 0)
        if terms.epoch > held.epoch or terms.number > newest + 1:
            # Armed anew; or this relay is an older copy of itself that has missed something: a fresh window.
            row = _heard(tables, row, moment)
        if when is Change.AT_ONCE:
            row = take(tables, row, terms, body, now)
        else:
            tables.put_record(row.number, "pending", Record(now + held.wait_s, body))
        settle(tables, row, moment)

    async def delete(self, watch: bytes, token: bytes) -> None:
        """End a watch for ever: its name is not taken again."""

        def work(tables: WatchTables, row: Row, part: int, moment: Moment) -> None:
            self._over.note(row)
            end(tables, row.id, row)

        await self._change(watch, token, _is_owner, work)

    async def put_parcel(self, watch: bytes, token: bytes, letter: bytes, body: bytes) -> None:
        if self.writer.full:
            raise Full

        def work(tables: WatchTables, row: Row, part: int, moment: Moment) -> None:
            stage = silence.stage(row.rule, facts(tables, row, moment.floor), moment.now)
            if stage in OVER:
                raise Denied(Problem.CONFLICT, "This watch is over. Arm it anew to go on.")
            letters = {each for each, _ in tables.parcels(row.number)}
            if letter not in letters and len(letters) >= WATCH_PARCELS_MAX:
                raise Denied(Problem.FULL, "This watch holds as many parcels as it may.")
            if tables.parcel(row.number, letter) != body:
                tables.put_parcel(row.number, letter, body)

        await self._change(watch, token, _is_owner, work)

    async def drop_parcel(self, watch: bytes, token: bytes, letter: bytes) -> None:
        """Forget a parcel; there need not be one."""

        def work(tables: WatchTables, row: Row, part: int, moment: Moment) -> None:
            tables.drop_parcels(row.number, [letter])

        await self._change(watch, token, _is_owner, work)

    async def put_channels(self, watch: bytes, token: bytes, channels: Channels) -> None:
        """Set where the writer is reminded; a channel that stays as it was keeps its turn."""
        if self.part_of(watch, token) != OWNER:
            raise Unauthorised
        new = []
        for channel in channels.channels:
            if isinstance(channel, PushChannel):
                kind, address = "push", channel.subscription.to_bytes()
            else:
                kind, address = "apprise", channel.url.encode()
            self._reminders.check(kind, address)
            new.append(kept.Channel(channel.name, kind, address))

        def work(tables: WatchTables, row: Row, part: int, moment: Moment) -> None:
            old = {(each.name, each.kind, each.address): each for each in tables.channels(row.number)}
            tables.put_channels(
                row.number, [old.get((each.name, each.kind, each.address), each) for each in new]
            )
            settle(tables, row, moment)

        await self._change(watch, token, _is_owner, work)

    async def try_channel(self, watch: bytes, token: bytes, name: str) -> Trial:
        """Send a reminder now, which counts for nothing, and say what became of it."""
        row = self._read.find(watch)
        if row is None or _part(row, token) != OWNER:
            raise Unauthorised
        for channel in self._read.channels(row.number):
            if channel.name == name:
                outcome = await self._reminders.send(channel.kind, channel.address)
                return Trial(outcome == ACCEPTED, "" if outcome == ACCEPTED else outcome)
        raise NotFound("This watch has no channel of that name.")

    # --- signs of life

    async def live(self, watch: bytes, life: Life) -> None:
        """Take a sign of life: whoever brings it, it is the signature that counts."""

        def work(tables: WatchTables, row: Row, part: int, moment: Moment) -> None:
            terms = _terms(tables, row)
            try:
                seen = open_life(life.signed, terms)
            except Damaged:
                raise Unauthorised from None  # as for a watch that is not there
            life.open_(terms)
            if seen.n <= row.n:
                if not _is_repeat(tables, row, life):
                    raise Stale("A later sign of life is known.", newest=row.n)
                return
            if seen.n > moment.gate_s + WATCH_AHEAD_S:
                raise Denied(Problem.CONFLICT, "This device's clock is more than a day ahead of the relay's.")
            row = replace(_heard(tables, row, moment), n=seen.n)
            if isinstance(seen, Away):
                left_s = max(0, seen.until_s - int(moment.gate_s))
                row = replace(row, away=moment.now + left_s if left_s else 0)
                tables.put_record(row.number, "away", Record(moment.now, life.signed.to_bytes()))
            else:
                _show(tables, row, moment.now)
                tables.put_record(row.number, "newest", Record(moment.now, life.to_bytes()))
            settle(tables, row, moment)

        await self._change(watch, None, lambda part: True, work)

    async def stop(self, watch: bytes, code: bytes) -> None:
        """Stop a watch by its code: nothing is handed out any more. No other authority is needed."""

        def work(tables: WatchTables, row: Row, part: int, moment: Moment) -> None:
            if row.stopped == code:
                return
            later = tables.record(row.number, "pending")
            for terms in [_terms(tables, row), *([stored_terms(later.body)] if later else [])]:
                try:
                    terms.check_stop(code)
                except Refused:
                    continue
                break
            else:
                raise Unauthorised
            self._over.note(row, code)
            stop(tables, row, code, moment)

        await self._change(watch, None, lambda part: True, work)

    # --- guardians and the recipient

    async def vote(self, watch: bytes, token: bytes, signed: Signed) -> None:
        """Take a guardian's answer, while guardians are asked."""

        def work(tables: WatchTables, row: Row, part: int, moment: Moment) -> None:
            ballot = open_vote(signed, _terms(tables, row))
            seat, now, body = row.rule.guardians[part - SEATS], moment.now, signed.to_bytes()
            if ballot.seat != seat:
                raise Unauthorised
            before = next((one for one in tables.votes(row.number) if one.vote.guardian == seat), None)
            if before is not None and body == before.body:
                return
            known = facts(tables, row, moment.floor)
            stage = silence.stage(row.rule, known, now)
            if stage in OVER:
                raise Denied(Problem.GONE, "This watch is over.")
            if stage not in (Stage.ASKING, Stage.VETO):
                raise Denied(Problem.NOT_YET, "Nobody is asked at the moment.")
            if before is not None and ballot.n <= before.n:
                raise Stale("A later answer of yours is known.", newest=before.n)
            vote = silence.counted(row.rule, known, Vote(seat, ballot.answer, now))
            tables.put_vote(row.number, kept.KeptVote(vote, ballot.n, body))
            if ballot.answer is Answer.YES:
                row = _heard(tables, row, moment)
            settle(tables, row, moment)

        await self._change(watch, token, lambda part: part >= GUARDIAN, work)

    async def put_doorbell(self, watch: bytes, token: bytes, doorbell: Doorbell) -> None:
        """Keep where a guardian or the recipient is rung: a mailbox here, and a token that may deposit."""
        if self.part_of(watch, token) == OWNER:
            raise Unauthorised
        bearer = Token(doorbell.token)
        self._mailboxes.authorise(doorbell.box, bearer.hash, Right.DEPOSIT)

        def work(tables: WatchTables, row: Row, part: int, moment: Moment) -> None:
            seat = b"" if part == READER else row.rule.guardians[part - SEATS]
            tables.put_doorbell(row.number, kept.Doorbell(seat, doorbell.box, bearer.hash))

        await self._change(watch, token, lambda part: part != OWNER, work)

    async def fetch(self, watch: bytes, token: bytes, letter: bytes) -> bytes:
        """Hand a parcel out to the recipient, in silence alone."""

        def work(tables: WatchTables, row: Row, part: int, moment: Moment) -> bytes:
            stage = silence.stage(row.rule, facts(tables, row, moment.floor), moment.now)
            if stage in (Stage.RETURNED, Stage.STOPPED):
                raise Denied(Problem.GONE)
            if stage is not Stage.SILENT:
                raise Denied(Problem.NOT_YET)
            body = tables.parcel(row.number, letter)
            if body is None:
                raise NotFound("There is no parcel for this letter.")
            tables.fetched(row.number, letter, max(1, moment.now))
            return body

        body: bytes = await self._change(watch, token, lambda part: part == READER, work)
        return body

    def view(self, watch: bytes, token: bytes) -> bytes:
        """Return the watch as whoever holds this token may see it."""
        row = self._read.find(watch)
        part = _part(row, token)
        assert row is not None
        return look(self._read, row, part, Moment.of(self._counter)).to_bytes()


def _part(row: Row | None, token: bytes) -> int:
    # A look-up by hash tells nothing: whoever times it would have to find tokens of a chosen hash.
    if row is None or token not in row.tokens:
        raise Unauthorised
    return row.tokens.index(token)


def _is_owner(part: int) -> bool:
    return part == OWNER


def _terms(tables: WatchTables, row: Row) -> Terms:
    record = tables.record(row.number, "terms")
    if record is None:
        raise Damaged("The terms of this watch are lost.")
    return stored_terms(record.body)


def _heard(tables: WatchTables, row: Row, moment: Moment) -> Row:
    """Return the watch after somebody was heard from; after silence, nothing more is handed out."""
    if silence.stage(row.rule, facts(tables, row, moment.floor), moment.now) is Stage.SILENT:
        tables.drop_parcels(
            row.number, [letter for letter, fetched in tables.parcels(row.number) if not fetched]
        )
        row = replace(row, returned=True)
    tables.drop_reminders(row.number)
    return replace(row, base=moment.now)


def _is_repeat(tables: WatchTables, row: Row, life: Life) -> bool:
    newest, away = tables.record(row.number, "newest"), tables.record(row.number, "away")
    return (newest is not None and newest.body == life.to_bytes()) or (
        away is not None and away.body == life.signed.to_bytes() and not life.notes
    )


def _show(tables: WatchTables, row: Row, now: int) -> None:
    """Before a newer sign of life takes its place: keep the one that guardians see by now."""
    seen = shown(tables, row, now)
    if seen is not None:
        tables.put_record(row.number, "shown", seen)
