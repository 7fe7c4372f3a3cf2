"""What each part of a watch sees of it: computed for this second, nothing is written.

A guardian and the recipient see a new sign of life at most once in seven units, with the note that came with
it: when a note comes must not tell what is in it.
"""

from twinbell.relay.stages import Moment, facts, waiting
from twinbell.relay.store.watches import WatchTables
from twinbell.relay.store.watchrows import OWNER, READER, SEATS, Record, Row
from twinbell.wire import silence
from twinbell.wire.life import NOTE_UNITS, RECORD_BYTES_MAX, Life
from twinbell.wire.limits import WATCH_CALLS_MAX, WATCH_TERMS_BYTES_MAX
from twinbell.wire.signed import Signed
from twinbell.wire.silence import Stage
from twinbell.wire.watchview import ChannelState, Gap, Part, Pending, View


def look(tables: WatchTables, row: Row, place: int, moment: Moment) -> View:
    """Return the watch as the part at `place` among its tokens may see it."""
    part = {OWNER: Part.OWNER, READER: Part.READER}.get(place, Part.SEAT)
    seat = row.rule.guardians[place - SEATS] if part is Part.SEAT else b""
    now, number, seen = moment.now, row.number, facts(tables, row, moment.floor)
    marks, stage = silence.marks(row.rule, seen), silence.stage(row.rule, seen, now)
    called = [reminder for reminder in seen.accepted if reminder.at >= marks.late]
    pending = waiting(tables, row, moment.floor)
    away = tables.record(number, "away") if row.away > now else None
    record = tables.record(number, "newest") if part is Part.OWNER else shown(tables, row, now)
    life = Life.parse(record.body) if record else None
    parcels = tables.parcels(number)
    is_owner = part is Part.OWNER
    return View(
        part=part,
        stage=stage,
        counted=now,
        start=seen.start,
        marks=marks,
        floor=moment.floor,
        gaps=tuple(Gap(gap.began_s, max(1, int(gap.seconds)), gap.why) for gap in tables.gaps(row.base)),
        terms=_terms(tables.record(number, "terms")),
        pending=Pending(_terms(pending), pending.at) if pending else None,
        life=life.signed if life else None,
        note=life.notes.get(seat, b"") if life else b"",
        away=Signed.parse(away.body, bytes_max=RECORD_BYTES_MAX + 128) if away else None,
        votes=tuple(
            Signed.parse(kept.body, bytes_max=RECORD_BYTES_MAX + 128)
            for kept in tables.votes(number)
            if kept.vote.at >= row.base
        ),
        asked=silence.asked(row.rule, seen, now),
        stop=row.stopped,
        called=len(called),
        accepted=tuple(called[:WATCH_CALLS_MAX]) if is_owner else (),
        channels=tuple(
            ChannelState(channel.name, channel.kind, channel.accepted or None)
            for channel in sorted(tables.channels(number), key=lambda channel: channel.name)
            if is_owner
        ),
        parcels=tuple(
            letter for letter, _ in parcels if is_owner or (part is Part.READER and stage is Stage.SILENT)
        ),
        fetched=tuple(letter for letter, fetched in parcels if fetched and is_owner),
    )


def shown(tables: WatchTables, row: Row, now: int) -> Record | None:
    """Return the sign of life that guardians and the recipient see, and since when they do."""
    newest, before = tables.record(row.number, "newest"), tables.record(row.number, "shown")
    if newest is None or before is None:
        return newest
    opens = before.at + NOTE_UNITS * row.rule.unit_s
    return Record(max(opens, newest.at), newest.body) if now >= opens else before


def _terms(record: Record | None) -> Signed:
    assert record is not None  # written in the transaction that made the watch
    return Signed.parse(record.body, bytes_max=WATCH_TERMS_BYTES_MAX + 128)
