"""What a relay shows of a watch to those who are part of it: its writer, a guardian, the reader.

Each sees what they need to judge for themselves: terms, signs of life and answers come as they were signed,
and whoever looks checks the signatures. The rest is the relay's word: times, and that somebody was called.
"""

from dataclasses import dataclass
from enum import StrEnum

from twinbell.crypto.signing import PUBLIC_BYTES
from twinbell.encoding import Value, encode
from twinbell.errors import Damaged
from twinbell.wire.fields import VERSION, Fields
from twinbell.wire.life import RECORD_BYTES_MAX
from twinbell.wire.limits import (
    ID_BYTES,
    WATCH_CALLS_MAX,
    WATCH_CHANNEL_NAME_CHARS_MAX,
    WATCH_CHANNELS_MAX,
    WATCH_GAPS_MAX,
    WATCH_GUARDIANS_MAX,
    WATCH_NOTE_BYTES,
    WATCH_PARCELS_MAX,
    WATCH_TERMS_BYTES_MAX,
    WATCH_VIEW_BYTES_MAX,
)
from twinbell.wire.signed import Signed
from twinbell.wire.silence import Marks, Reminder, Stage
from twinbell.wire.terms import STOP_BYTES


class Part(StrEnum):
    """Who looks."""

    OWNER = "owner"
    SEAT = "seat"
    READER = "reader"


class Why(StrEnum):
    """Why some time was not counted."""

    DOWN = "down"  # the relay did not run
    CLOCK = "clock"  # its clock could not be believed
    RESTORED = "restored"  # it came back from an older backup


@dataclass(frozen=True, slots=True)
class Gap:
    """Time that did not count: since when by the relay's clock, how much of it, and why."""

    began_s: int
    seconds: int
    why: Why

    def to_value(self) -> dict[str, Value]:
        return {"began": self.began_s, "seconds": self.seconds, "why": self.why.value}


@dataclass(frozen=True, slots=True)
class Pending:
    """Terms that are looser than those that hold, and the counted second at which they will."""

    terms: Signed
    at: int

    def to_value(self) -> dict[str, Value]:
        return {"terms": self.terms.to_value(), "at": self.at}

    @classmethod
    def of(cls, value: Value) -> "Pending":
        fields = Fields(value, "pending").only("terms", "at")
        return cls(_terms(fields.map("terms")), fields.number("at"))


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel as its writer sees it: when its service last accepted a message; None if it never did."""

    name: str
    kind: str
    accepted: int | None

    def to_value(self) -> dict[str, Value]:
        return {"name": self.name, "kind": self.kind, "accepted": self.accepted}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A watch as one person may see it.

    What only the writer sees is empty for the others: `accepted`, `channels`, `fetched`, and `parcels` until
    the reader may fetch them. `called` counts the accepted reminders of this silence, for all. `life` is the
    newest sign of life, to guardians and reader the one with the note that they were handed last.
    """

    part: Part
    stage: Stage
    counted: int
    start: int
    marks: Marks
    floor: int
    gaps: tuple[Gap, ...] = ()
    terms: Signed
    pending: Pending | None = None
    life: Signed | None = None
    note: bytes = b""
    away: Signed | None = None
    votes: tuple[Signed, ...] = ()
    asked: tuple[bytes, ...] = ()
    stop: bytes = b""
    called: int = 0
    accepted: tuple[Reminder, ...] = ()
    channels: tuple[ChannelState, ...] = ()
    parcels: tuple[bytes, ...] = ()
    fetched: tuple[bytes, ...] = ()

    def to_bytes(self) -> bytes:
        return encode(
            {
                "v": VERSION,
                "type": "watch-view",
                "part": self.part.value,
                "stage": self.stage.value,
                "counted": self.counted,
                "start": self.start,
                "late": self.marks.late,
                "asking": self.marks.asking,
                "veto": self.marks.veto,
                "silent": self.marks.silent,
                "floor": self.floor,
                "gaps": [gap.to_value() for gap in self.gaps],
                "terms": self.terms.to_value(),
                "pending": self.pending.to_value() if self.pending else None,
                "life": self.life.to_value() if self.life else None,
                "note": self.note,
                "away": self.away.to_value() if self.away else None,
                "votes": [vote.to_value() for vote in self.votes],
                "asked": list(self.asked),
                "stop": self.stop,
                "called": self.called,
                "accepted": [{"channel": each.channel, "at": each.at} for each in self.accepted],
                "channels": [each.to_value() for each in self.channels],
                "parcels": list(self.parcels),
                "fetched": list(self.fetched),
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "View":
        """Return the view in `data`; raise `Damaged` for anything else. No signature is checked here."""
        fields = Fields.of(data, "watch-view", bytes_max=WATCH_VIEW_BYTES_MAX)
        note, stop = (
            fields.data("note", length_max=WATCH_NOTE_BYTES),
            fields.data("stop", length_max=STOP_BYTES),
        )
        if len(note) not in (0, WATCH_NOTE_BYTES) or len(stop) not in (0, STOP_BYTES):
            raise Damaged("A note or a stop code of this view is cut short.")
        return cls(
            part=Part(_one_of(fields, "part", Part)),
            stage=Stage(_one_of(fields, "stage", Stage)),
            counted=fields.number("counted"),
            start=fields.number("start"),
            marks=Marks(
                late=fields.number("late"),
                asking=_number_or_none(fields, "asking"),
                veto=_number_or_none(fields, "veto"),
                silent=_number_or_none(fields, "silent"),
            ),
            floor=fields.number("floor"),
            gaps=tuple(map(_gap, fields.items("gaps", length_max=WATCH_GAPS_MAX))),
            terms=_terms(fields.map("terms")),
            pending=Pending.of(fields.map("pending")) if fields.has("pending") else None,
            life=_signed_or_none(fields, "life"),
            note=note,
            away=_signed_or_none(fields, "away"),
            votes=tuple(map(_signed, fields.items("votes", length_max=WATCH_GUARDIANS_MAX))),
            asked=_each(fields, "asked", PUBLIC_BYTES, WATCH_GUARDIANS_MAX),
            stop=stop,
            called=fields.number("called"),
            accepted=tuple(map(_reminder, fields.items("accepted", length_max=WATCH_CALLS_MAX))),
            channels=tuple(map(_channel, fields.items("channels", length_max=WATCH_CHANNELS_MAX))),
            parcels=_each(fields, "parcels", ID_BYTES, WATCH_PARCELS_MAX),
            fetched=_each(fields, "fetched", ID_BYTES, WATCH_PARCELS_MAX),
        )


def _terms(value: Value) -> Signed:
    return Signed.of(value, bytes_max=WATCH_TERMS_BYTES_MAX)


def _signed(value: Value) -> Signed:
    return Signed.of(value, bytes_max=RECORD_BYTES_MAX)


def _signed_or_none(fields: Fields, name: str) -> Signed | None:
    return _signed(fields.map(name)) if fields.has(name) else None


def _number_or_none(fields: Fields, name: str) -> int | None:
    return fields.number(name) if fields.has(name) else None


def _one_of(fields: Fields, name: str, kinds: type[StrEnum]) -> str:
    text = fields.text(name, length_max=16)
    if text not in {kind.value for kind in kinds}:
        raise Damaged(f"The field “{name}” of this view is not what it should be.")
    return text


def _each(fields: Fields, name: str, length: int, count_max: int) -> tuple[bytes, ...]:
    items = fields.items(name, length_max=count_max)
    found = tuple(item for item in items if isinstance(item, bytes) and len(item) == length)
    if len(found) != len(items):
        raise Damaged(f"The field “{name}” of this view is not what it should be.")
    return found


def _gap(value: Value) -> Gap:
    fields = Fields(value, "gap").only("began", "seconds", "why")
    return Gap(fields.number("began"), fields.number("seconds", 1), Why(_one_of(fields, "why", Why)))


def _reminder(value: Value) -> Reminder:
    fields = Fields(value, "reminder").only("channel", "at")
    name = fields.text("channel", length_max=WATCH_CHANNEL_NAME_CHARS_MAX)
    return Reminder(name, fields.number("at"))


def _channel(value: Value) -> ChannelState:
    fields = Fields(value, "channel").only("name", "kind", "accepted")
    name = fields.text("name", length_max=WATCH_CHANNEL_NAME_CHARS_MAX)
    return ChannelState(name, fields.text("kind", length_max=16), _number_or_none(fields, "accepted"))
