"""A sign of life: a person did something with their own hands, or says for how long they will not.

A record signed by the watch's key, or by one of the few other hands that its terms name, with a number `n`, a
second since 1970 by the signer's clock that only grows: who repeats an old one says nothing. With it goes a
note to each guardian, which is nearly always empty and then looks no different: how a person who is made to
keep the watch can say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from twinbell.crypto import hpke, kdf
from twinbell.crypto.signing import PUBLIC_BYTES, SigningKey
from twinbell.encoding import INTEGER_MAX, Value, decode_map, encode
from twinbell.errors import Damaged
from twinbell.wire.fields import VERSION, Fields
from twinbell.wire.limits import (
    ID_BYTES,
    WATCH_AWAY_S_MAX,
    WATCH_GUARDIANS_MAX,
    WATCH_LIFE_BYTES_MAX,
    WATCH_NOTE_BYTES,
)
from twinbell.wire.signed import Signed, sign
from twinbell.wire.terms import DAY_MAX, HASH_BYTES, Terms

LABEL_ALIVE = b"twinbell/v1/watch-alive"
LABEL_AWAY = b"twinbell/v1/watch-away"
LABEL_NOTE = b"twinbell/v1/watch-note"  # ‖ watch id: HPKE's info

RECORD_BYTES_MAX = 512
NOTE_PLAIN_BYTES = 128
NOTE_UNITS = 7  # a guardian is handed a new note at most once in so many units: when one came tells nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """A person did something with their own hands. Made on such an act only, never by background work."""

    watch: bytes
    epoch: int
    n: int
    day: int  # since 1970, where the person was
    notes: bytes  # hash of the notes that come with it

    def to_bytes(self) -> bytes:
        return encode(
            {
                "v": VERSION,
                "type": "watch-alive",
                "watch": self.watch,
                "epoch": self.epoch,
                "n": self.n,
                "day": self.day,
                "notes": self.notes,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Alive":
        fields = Fields.of(data, "watch-alive", bytes_max=RECORD_BYTES_MAX)
        fields.only("watch", "epoch", "n", "day", "notes")
        return cls(
            watch=fields.data("watch", ID_BYTES),
            epoch=fields.number("epoch"),
            n=fields.number("n", 1),
            day=fields.number("day", most=DAY_MAX),
            notes=fields.data("notes", HASH_BYTES),
        )

    def sign(self, key: SigningKey) -> Signed:
        return sign(key, LABEL_ALIVE, self.to_bytes())


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A person will not be heard from for a while, and says so; 0 ends it. A sign of life as well."""

    watch: bytes
    n: int  # of one sequence with the signs of life
    from_s: int
    until_s: int

    def to_bytes(self) -> bytes:
        return encode(
            {
                "v": VERSION,
                "type": "watch-away",
                "watch": self.watch,
                "n": self.n,
                "from": self.from_s,
                "until": self.until_s,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Away":
        fields = Fields.of(data, "watch-away", bytes_max=RECORD_BYTES_MAX).only("watch", "n", "from", "until")
        away = cls(
            watch=fields.data("watch", ID_BYTES),
            n=fields.number("n", 1),
            from_s=fields.number("from"),
            until_s=fields.number("until"),
        )
        if away.until_s and not away.from_s < away.until_s <= away.n + WATCH_AWAY_S_MAX:
            raise Damaged("An absence ends after it begins, and within 400 days.")
        return away

    def sign(self, key: SigningKey) -> Signed:
        return sign(key, LABEL_AWAY, self.to_bytes())


def open_life(signed: Signed, terms: Terms) -> Alive | Away:
    """Return the sign of life in `signed`, by the watch's key or, unless it is an absence, a hand of hers.

    Raises `Damaged` for anything else.
    """
    kind = Fields.untyped(signed.record, "sign of life", bytes_max=RECORD_BYTES_MAX).text(
        "type", length_max=32
    )
    life: Alive | Away
    if kind == "watch-away":
        life = Away.parse(signed.record)
        signed.check(LABEL_AWAY, [terms.key])
    else:
        life = Alive.parse(signed.record)
        signed.check(LABEL_ALIVE, [terms.key, *terms.hands])
    if life.watch != terms.watch:
        raise Damaged("This sign of life is for another watch.")
    return life


def next_n(now_s: int, newest: int) -> int:
    """Return the number of the next sign of life or answer, where `newest` is the last that was taken."""
    return min(max(now_s, newest + 1), INTEGER_MAX)


# --- notes


@dataclass(frozen=True, slots=True)
class Note:
    """What comes to a guardian with a sign of life: nearly always nothing."""

    duress: bool
    day: int

    def seal(self, recipient: bytes, watch: bytes) -> bytes:
        """Return this note sealed to a guardian's X-Wing key: always of the same length."""
        plain = bytes([self.duress]) + self.day.to_bytes(4)
        enc, body = hpke.seal(recipient, plain.ljust(NOTE_PLAIN_BYTES, b"\0"), info=LABEL_NOTE + watch)
        return enc + body

    @classmethod
    def open_(cls, seed: bytes, data: bytes, watch: bytes) -> "Note":
        """Return the note that was sealed to this X-Wing seed; raise `Damaged` for anything else."""
        enc_bytes = WATCH_NOTE_BYTES - NOTE_PLAIN_BYTES - 16
        if len(data) != WATCH_NOTE_BYTES:
            raise Damaged(f"A note has {WATCH_NOTE_BYTES} bytes.")
        plain = hpke.open_(seed, data[:enc_bytes], data[enc_bytes:], info=LABEL_NOTE + watch)
        if plain[0] > 1 or any(plain[5:]):
            raise Damaged("This note is not what it should be.")
        return cls(bool(plain[0]), int.from_bytes(plain[1:5]))


def notes_hash(notes: Mapping[bytes, bytes]) -> bytes:
    """Return what a sign of life says of its notes, by the guardians' seats."""
    return kdf.sha256(encode(_notes_to_value(notes)))


@dataclass(frozen=True, slots=True)
class Life:
    """The body of a sign of life: the signed record, and for each guardian a note."""

    signed: Signed
    notes: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)

    def to_bytes(self) -> bytes:
        return encode({"signed": self.signed.to_value(), "notes": _notes_to_value(self.notes)})

    @classmethod
    def parse(cls, data: bytes) -> "Life":
        fields = Fields(decode_map(data, bytes_max=WATCH_LIFE_BYTES_MAX), "sign of life").only(
            "signed", "notes"
        )
        notes = fields.map("notes")
        if len(notes) > WATCH_GUARDIANS_MAX:
            raise Damaged("There are more notes here than guardians.")
        signed = Signed.of(fields.map("signed"), bytes_max=RECORD_BYTES_MAX)
        return cls(signed, dict(_note(seat, note) for seat, note in notes.items()))

    def open_(self, terms: Terms) -> Alive | Away:
        """Return the sign of life that this is, if its notes are its own; raise `Damaged` for anything else.

        A note for somebody who is no guardian by these terms is nobody's, and no harm.
        """
        life = open_life(self.signed, terms)
        if isinstance(life, Away) and self.notes:
            raise Damaged("An absence has no notes.")
        if isinstance(life, Alive) and life.notes != notes_hash(self.notes):
            raise Damaged("These notes are not those of this sign of life.")
        return life


def _notes_to_value(notes: Mapping[bytes, bytes]) -> dict[str, Value]:
    return {seat.hex(): note for seat, note in notes.items()}


def _note(seat: str, note: Value) -> tuple[bytes, bytes]:
    try:
        key = bytes.fromhex(seat)
    except ValueError:
        key = b""
    if key.hex() != seat or len(key) != PUBLIC_BYTES:
        raise Damaged("A note is by the seat of its guardian, in lower hex.")
    if not isinstance(note, bytes) or len(note) != WATCH_NOTE_BYTES:
        raise Damaged(f"A note has {WATCH_NOTE_BYTES} bytes.")
    return key, note
