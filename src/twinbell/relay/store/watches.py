"""What is kept of watches: one class for one connection, the reading or the writing one.

Questions may be asked of either; a change reads with the connection that it writes with, inside a `Job`, so
that nothing comes between. All times are counted seconds, but for those that say otherwise.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from twinbell.relay.counter import Gap, Saved
from twinbell.relay.store.watchrows import (
    HASH_BYTES,
    KEY_BYTES,
    Channel,
    Doorbell,
    Flip,
    KeptVote,
    Kind,
    Record,
    Row,
)
from twinbell.wire.limits import WATCH_GAPS_MAX
from twinbell.wire.silence import Answer, Reminder, Rule, Stage, Vote
from twinbell.wire.watchview import Why


class WatchTables:
    """The tables of watches, through one connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._on = connection

    # --- counted time

    def counter(self) -> Saved | None:
        row = self._on.execute("select counted, floor, gate from watch_counter").get
        return Saved(*row) if row else None

    def put_counter(self, saved: Saved, gap: Gap | None) -> None:
        """Keep the counter, and the newest gap in place of its shorter self."""
        self._on.execute(
            "insert or replace into watch_counter values (1,?,?,?)",
            (saved.counted, saved.floor, saved.gate_s),
        )
        if gap is not None:
            self._on.execute(
                "insert or replace into watch_gap values (?,?,?,?)",
                (gap.began_s, gap.why.value, gap.at, int(gap.seconds)),
            )
            self._on.execute(
                "delete from watch_gap where began <= (select began from watch_gap order by began desc"
                " limit 1 offset ?)",
                (WATCH_GAPS_MAX,),
            )

    def gaps(self, since: int) -> list[Gap]:
        """Return the gaps since the counted second `since`, the oldest first."""
        rows = self._on.execute(
            "select at, began, seconds, why from watch_gap where at >= ? order by at, began", (since,)
        )
        return [Gap(at, began_s, seconds, Why(why)) for at, began_s, seconds, why in rows]

    # --- watches

    def find(self, id_: bytes) -> Row | None:
        rows = self._rows("id=?", (id_,))
        return rows[0] if rows else None

    def at(self, number: int) -> Row | None:
        rows = self._rows("number=?", (number,))
        return rows[0] if rows else None

    def due(self, now: int, most: int) -> list[Row]:
        """Return up to `most` watches for which something is due, the longest due first."""
        return self._rows("due<=? order by due limit ?", (now, most))

    def over(self, gate_s: float, most: int) -> list[Row]:
        """Return rehearsals that are over."""
        return self._rows("over_s<=? limit ?", (int(gate_s), most))

    def put(self, row: Row) -> int:
        """Keep a watch, new or changed, and return its number."""
        rule = row.rule
        self._on.execute(
            _PUT,
            (
                row.number or None,
                row.id,
                row.stage.value,
                row.due,
                row.base,
                row.away,
                int(row.returned),
                row.stopped,
                row.n,
                rule.unit_s,
                rule.every_s,
                rule.grace_s,
                rule.veto_s,
                rule.k,
                int(rule.armed),
                row.zone,
                b"".join(rule.guardians),
                b"".join(row.tokens),
                row.asked,
                row.asked_at,
                row.over_s,
            ),
        )
        return row.number or self._on.last_insert_rowid()

    def turn(self, row: Row, before: Stage) -> bool:
        """Keep what a sweep found, if the stage is still `before`; tell whether it was."""
        self._on.execute(
            "update watch set stage=?, due=?, asked=?, asked_at=? where number=? and stage=?",
            (row.stage.value, row.due, row.asked, row.asked_at, row.number, before.value),
        )
        return self._on.changes() == 1

    def delete(self, number: int) -> None:
        """Forget a watch and all that belongs to it."""
        for table in _PARTS:
            self._on.execute(f"delete from {table} where watch=?", (number,))  # noqa: S608
        self._on.execute("delete from watch where number=?", (number,))

    def bury(self, id_: bytes) -> None:
        """Note that this watch was ended: nothing of its name is made again."""
        self._on.execute("insert into watch_grave values (?) on conflict do nothing", (id_,))

    def is_buried(self, id_: bytes) -> bool:
        return self._on.execute("select 1 from watch_grave where id=?", (id_,)).get is not None

    def put_off(self, number: int, due: int) -> None:
        """Look at this watch again at `due`."""
        self._on.execute("update watch set due=? where number=?", (due, number))

    def counts(self) -> dict[str, int]:
        """Return how many watches there are in each stage."""
        rows: Any = self._on.execute(
            "select stage, count(*) from watch where stage <> 'kept' group by stage"
        ).fetchall()
        all_: Any = self._on.execute("select count(*) from watch").get
        others = {Stage(stage): count for stage, count in rows}
        return dict.fromkeys(Stage, 0) | others | {Stage.KEPT: all_ - sum(others.values())}

    def _rows(self, where: str, values: tuple[Any, ...]) -> list[Row]:
        return [_row(columns) for columns in self._on.execute(_FIND + where, values)]

    # --- records

    def record(self, number: int, kind: Kind) -> Record | None:
        row = self._on.execute(
            "select at, body from watch_record where watch=? and kind=?", (number, kind)
        ).get
        return Record(*row) if row else None

    def put_record(self, number: int, kind: Kind, record: Record) -> None:
        self._on.execute(
            "insert or replace into watch_record values (?,?,?,?)", (number, kind, record.at, record.body)
        )

    def drop_record(self, number: int, kind: Kind) -> None:
        self._on.execute("delete from watch_record where watch=? and kind=?", (number, kind))

    # --- votes

    def votes(self, number: int) -> list[KeptVote]:
        rows = self._on.execute(
            "select seat, answer, at, n, body from watch_vote where watch=? order by at", (number,)
        )
        return [KeptVote(Vote(seat, Answer(answer), at), n, body) for seat, answer, at, n, body in rows]

    def put_vote(self, number: int, kept: KeptVote) -> None:
        vote = kept.vote
        self._on.execute(
            "insert or replace into watch_vote values (?,?,?,?,?,?)",
            (number, vote.guardian, vote.at, kept.n, vote.answer.value, kept.body),
        )

    # --- channels, and the reminders that they accepted

    def channels(self, number: int) -> list[Channel]:
        """Return the channels, first those that never accepted anything, then by when they did."""
        rows = self._on.execute(
            "select name, kind, address, next, accepted from watch_channel where watch=?"
            " order by accepted, name",
            (number,),
        )
        return [Channel(*row) for row in rows]

    def put_channels(self, number: int, channels: Iterable[Channel]) -> None:
        """Keep these in place of all before."""
        self._on.execute("delete from watch_channel where watch=?", (number,))
        self._on.executemany(
            "insert into watch_channel values (?,?,?,?,?,?)",
            [(number, one.name, one.kind, one.address, one.next, one.accepted) for one in channels],
        )

    def try_again(self, number: int, name: str, next_: int) -> None:
        """Note when this channel is tried next."""
        self._on.execute("update watch_channel set next=? where watch=? and name=?", (next_, number, name))

    def accepted(self, number: int, name: str, at: int, next_: int, *, count: bool) -> None:
        """Note that the service of this channel has accepted a reminder, and `count` it."""
        self._on.execute(
            "update watch_channel set next=?, accepted=? where watch=? and name=?", (next_, at, number, name)
        )
        if count and self._on.changes():
            self._on.execute(
                "insert into watch_reminder values (?,?,?) on conflict do nothing", (number, at, name)
            )

    def reminders(self, number: int) -> tuple[Reminder, ...]:
        rows = self._on.execute("select channel, at from watch_reminder where watch=? order by at", (number,))
        return tuple(Reminder(channel, at) for channel, at in rows)

    def drop_reminders(self, number: int) -> None:
        self._on.execute("delete from watch_reminder where watch=?", (number,))

    # --- parcels

    def parcels(self, number: int) -> list[tuple[bytes, int]]:
        """Return the letters that have a parcel, and when each was fetched."""
        rows = self._on.execute(
            "select letter, fetched from watch_parcel where watch=? order by letter", (number,)
        )
        return [(letter, fetched) for letter, fetched in rows]

    def parcel(self, number: int, letter: bytes) -> bytes | None:
        row = self._on.execute(
            "select body from watch_parcel where watch=? and letter=?", (number, letter)
        ).get
        return row if isinstance(row, bytes) else None

    def put_parcel(self, number: int, letter: bytes, body: bytes) -> None:
        self._on.execute("insert or replace into watch_parcel values (?,?,0,?)", (number, letter, body))

    def fetched(self, number: int, letter: bytes, at: int) -> None:
        self._on.execute(
            "update watch_parcel set fetched=? where watch=? and letter=? and fetched=0", (at, number, letter)
        )

    def drop_parcels(self, number: int, letters: Sequence[bytes] | None = None) -> None:
        """Delete these parcels, or all."""
        if letters is None:
            self._on.execute("delete from watch_parcel where watch=?", (number,))
        for letter in letters or ():
            self._on.execute("delete from watch_parcel where watch=? and letter=?", (number, letter))

    # --- doorbells and flips

    def doorbells(self, number: int) -> list[Doorbell]:
        rows = self._on.execute("select seat, box, token from watch_doorbell where watch=?", (number,))
        return [Doorbell(*row) for row in rows]

    def put_doorbell(self, number: int, doorbell: Doorbell) -> None:
        self._on.execute(
            "insert or replace into watch_doorbell values (?,?,?,?)",
            (number, doorbell.seat, doorbell.box, doorbell.token),
        )

    def keep_doorbells(self, number: int, seats: Sequence[bytes]) -> None:
        """Forget the doorbells of all but these guardians and the recipient."""
        for doorbell in self.doorbells(number):
            if doorbell.seat and doorbell.seat not in seats:
                self._on.execute(
                    "delete from watch_doorbell where watch=? and seat=?", (number, doorbell.seat)
                )

    def add_flip(self, watch: int, stage: Stage, at: int, first: int = 0) -> None:
        self._on.execute(
            "insert into watch_flip (watch, stage, at, first) values (?,?,?,?)",
            (watch, stage.value, at, first),
        )

    def flips(self, after: int, most: int) -> list[Flip]:
        """Return up to `most` flips with a number beyond `after`, the oldest first."""
        rows = self._on.execute(
            "select number, watch, stage, at, first from watch_flip where number > ? order by number limit ?",
            (after, most),
        )
        return [Flip(number, watch, Stage(stage), at, first) for number, watch, stage, at, first in rows]

    def drop_flips(self, numbers: Iterable[int]) -> None:
        self._on.executemany("delete from watch_flip where number=?", [(number,) for number in numbers])


_PARTS = (
    "watch_record",
    "watch_vote",
    "watch_channel",
    "watch_reminder",
    "watch_parcel",
    "watch_doorbell",
    "watch_flip",
)
_COLUMNS = (
    "number, id, stage, due, base, away, returned, stopped, n, unit, every, grace, veto, k, armed, zone,"
    " seats, tokens, asked, asked_at, over_s"
)
_FIND = f"select {_COLUMNS} from watch where "  # noqa: S608
_PUT = (
    f"insert into watch ({_COLUMNS}) values ({','.join('?' * 21)}) on conflict (number) do update set "  # noqa: S608
    + ", ".join(f"{name}=excluded.{name}" for name in _COLUMNS.split(", ") if name not in ("number", "id"))
)


def _row(columns: Any) -> Row:
    (number, id_, stage, due, base, away, returned, stopped, n, unit, every, grace, veto, k, armed, zone,
     seats, tokens, asked, asked_at, over_s) = columns  # fmt: skip
    rule = Rule(
        unit_s=unit,
        every_s=every,
        grace_s=grace,
        veto_s=veto,
        k=k,
        guardians=_split(seats, KEY_BYTES),
        armed=bool(armed),
    )
    return Row(
        number=number,
        id=id_,
        stage=Stage(stage),
        due=due,
        base=base,
        away=away,
        returned=bool(returned),
        stopped=stopped,
        n=n,
        rule=rule,
        zone=zone,
        tokens=_split(tokens, HASH_BYTES),
        asked=asked,
        asked_at=asked_at,
        over_s=over_s,
    )


def _split(joined: bytes, size: int) -> tuple[bytes, ...]:
    return tuple(joined[start : start + size] for start in range(0, len(joined), size))
