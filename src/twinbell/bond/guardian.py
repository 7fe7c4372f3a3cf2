"""What writer, guardians and reader of last letters say to each other, each inside a bond of theirs.

    bond with a guardian    writer → guardian    guardian-ask, guardian-seat, share, share-over
                            guardian → writer    guardian-answer, guardian-done
                            guardian → reader    share-release
                            either               guardian-over
    bond of the pair        writer → reader      reader-seat
                            reader → writer      rehearsed

What each of them changes is in `guarding.py`; the bytes are in `docs/spec/guardians.md`.
"""

from typing import TypeAlias

from twinbell.bond.bundle import KEY_BYTES, NAME_LENGTH_MAX, check_name, check_relay_url
from twinbell.bond.frozen import Frozen
from twinbell.bond.kit import RELAY_URL_LENGTH_MAX
from twinbell.bond.record import Fields, Record
from twinbell.errors import Damaged, Mistaken
from twinbell.wire.limits import (
    ID_BYTES,
    TOKEN_BYTES,
    WATCH_GUARDIANS_MAX,
    WATCH_TERMS_BYTES_MAX,
    WATCH_UNITS_MAX,
)

HASH_BYTES = 32
SIGNATURE_BYTES = 64
DAY_MAX = 2**32 - 1  # days since 1970: four bytes in a note
EPOCH_MAX = 2**32 - 1
SHARE_CHARS_MAX = 296  # 33 words of at most eight letters
SIGNED_BYTES_MAX = WATCH_TERMS_BYTES_MAX + 128  # terms as long as the relay takes them, and their signature


class GuardianAsk(Frozen):
    """Will you be a guardian? The writer says what for, before anything is agreed."""

    watch: bytes
    every: int  # units without a sign of life, then `grace` until guardians are asked, then `veto`
    grace: int
    veto: int
    reader: str  # the name of the one whom the letters are for
    relay: str
    rehearsal: bool = False

    kind = "guardian-ask"

    def __post_init__(self) -> None:
        if not all(1 <= units <= WATCH_UNITS_MAX for units in (self.every, self.grace, self.veto)):
            raise Mistaken(f"A watch waits for 1 to {WATCH_UNITS_MAX} days at each stage.")

    def to_record(self) -> Record:
        return {
            "watch": self.watch,
            "every": self.every,
            "grace": self.grace,
            "veto": self.veto,
            "reader": self.reader,
            "relay": self.relay,
            "rehearsal": self.rehearsal,
        }

    @classmethod
    def from_record(cls, record: Record) -> "GuardianAsk":
        fields = Fields(record, "guardian-ask")
        return cls(
            watch=fields.data("watch", ID_BYTES),
            every=fields.number("every"),
            grace=fields.number("grace"),
            veto=fields.number("veto"),
            reader=check_name(fields.text("reader", length_max=NAME_LENGTH_MAX)),
            relay=check_relay_url(fields.text("relay", length_max=RELAY_URL_LENGTH_MAX)),
            rehearsal=fields.flag("rehearsal"),
        )


class GuardianAnswer(Frozen):
    """Yes, with the seat's public key and the consent that it has signed; or no, with neither."""

    watch: bytes
    yes: bool
    seat: bytes | None = None
    day: int = 0  # since 1970: a consent is asked for again after a year
    consent: bytes | None = None

    kind = "guardian-answer"

    def __post_init__(self) -> None:
        if self.yes != (self.seat is not None) or self.yes != (self.consent is not None):
            raise Mistaken("A yes comes with a seat and a signed consent, and a no with neither.")

    def to_record(self) -> Record:
        return {
            "watch": self.watch,
            "yes": self.yes,
            "seat": self.seat,
            "day": self.day,
            "consent": self.consent,
        }

    @classmethod
    def from_record(cls, record: Record) -> "GuardianAnswer":
        fields = Fields(record, "guardian-answer")
        return cls(
            watch=fields.data("watch", ID_BYTES),
            yes=fields.flag("yes"),
            seat=fields.data("seat", KEY_BYTES) if fields.has("seat") else None,
            day=fields.number("day", 0, DAY_MAX),
            consent=fields.data("consent", SIGNATURE_BYTES) if fields.has("consent") else None,
        )


class GuardianSeat(Frozen):
    """Where the watch is, this guardian's bearer token there, and the signed terms. Again at each change."""

    relay: str
    watch: bytes
    key: bytes  # the public key of the watch
    token: bytes
    terms: bytes  # as the relay has them: record and signature

    kind = "guardian-seat"

    def to_record(self) -> Record:
        return {
            "relay": self.relay,
            "watch": self.watch,
            "key": self.key,
            "token": self.token,
            "terms": self.terms,
        }

    @classmethod
    def from_record(cls, record: Record) -> "GuardianSeat":
        fields = Fields(record, "guardian-seat")
        return cls(
            relay=check_relay_url(fields.text("relay", length_max=RELAY_URL_LENGTH_MAX)),
            watch=fields.data("watch", ID_BYTES),
            key=fields.data("key", KEY_BYTES),
            token=fields.data("token", TOKEN_BYTES),
            terms=fields.data("terms", length_max=SIGNED_BYTES_MAX),
        )


class Share(Frozen):
    """A guardian's share of the gate of one arming: SLIP-39 words. Alone it tells nothing."""

    watch: bytes
    epoch: int
    gate: bytes  # SHA-256 of the gate's recipient, which stands in the locks
    words: str
    k: int
    n: int

    kind = "share"

    def __post_init__(self) -> None:
        if not (1 <= self.k <= self.n <= WATCH_GUARDIANS_MAX) or (self.k == 1 and self.n > 1):
            raise Mistaken(
                f"Two or more of at most {WATCH_GUARDIANS_MAX} guardians are needed, or one alone."
            )

    def __repr__(self) -> str:
        return f"Share(epoch={self.epoch}, k={self.k}, n={self.n})"  # the words are a secret

    def to_record(self) -> Record:
        return {
            "watch": self.watch,
            "epoch": self.epoch,
            "gate": self.gate,
            "words": self.words,
            "k": self.k,
            "n": self.n,
        }

    @classmethod
    def from_record(cls, record: Record) -> "Share":
        fields = Fields(record, "share")
        return cls(
            watch=fields.data("watch", ID_BYTES),
            epoch=fields.number("epoch", 1, EPOCH_MAX),
            gate=fields.data("gate", HASH_BYTES),
            words=_words(fields),
            k=fields.number("k"),
            n=fields.number("n"),
        )


class ShareOver(Frozen):
    """All last letters are sealed behind a newer gate: shares of epochs below this one may go."""

    watch: bytes
    below: int

    kind = "share-over"

    def to_record(self) -> Record:
        return {"watch": self.watch, "below": self.below}

    @classmethod
    def from_record(cls, record: Record) -> "ShareOver":
        fields = Fields(record, "share-over")
        return cls(fields.data("watch", ID_BYTES), fields.number("below", 1, EPOCH_MAX))


class ShareRelease(Frozen):
    """A guardian gives their share to the reader."""

    watch: bytes
    epoch: int
    gate: bytes
    words: str

    kind = "share-release"

    def __repr__(self) -> str:
        return f"ShareRelease(epoch={self.epoch})"  # the words are a secret

    def to_record(self) -> Record:
        return {"watch": self.watch, "epoch": self.epoch, "gate": self.gate, "words": self.words}

    @classmethod
    def from_record(cls, record: Record) -> "ShareRelease":
        fields = Fields(record, "share-release")
        return cls(
            watch=fields.data("watch", ID_BYTES),
            epoch=fields.number("epoch", 1, EPOCH_MAX),
            gate=fields.data("gate", HASH_BYTES),
            words=_words(fields),
        )


class GuardianOver(Frozen):
    """The sender ends this: seat and shares of this watch go on both sides."""

    watch: bytes

    kind = "guardian-over"

    def to_record(self) -> Record:
        return {"watch": self.watch}

    @classmethod
    def from_record(cls, record: Record) -> "GuardianOver":
        return cls(Fields(record, "guardian-over").data("watch", ID_BYTES))


class GuardianDone(Frozen):
    """A guardian has done their part in this rehearsal."""

    watch: bytes
    day: int

    kind = "guardian-done"

    def to_record(self) -> Record:
        return {"watch": self.watch, "day": self.day}

    @classmethod
    def from_record(cls, record: Record) -> "GuardianDone":
        fields = Fields(record, "guardian-done")
        return cls(fields.data("watch", ID_BYTES), fields.number("day", 0, DAY_MAX))


class ReaderSeat(Frozen):
    """What the reader needs of the watch, and who the guardians are. Again at each change."""

    relay: str
    watch: bytes
    key: bytes
    token: bytes
    terms: bytes
    guardians: tuple[str, ...]

    kind = "reader-seat"

    def __post_init__(self) -> None:
        if not 1 <= len(self.guardians) <= WATCH_GUARDIANS_MAX:
            raise Mistaken(f"A watch has 1 to {WATCH_GUARDIANS_MAX} guardians.")

    def to_record(self) -> Record:
        return {
            "relay": self.relay,
            "watch": self.watch,
            "key": self.key,
            "token": self.token,
            "terms": self.terms,
            "guardians": list(self.guardians),
        }

    @classmethod
    def from_record(cls, record: Record) -> "ReaderSeat":
        fields = Fields(record, "reader-seat")
        names = fields.items("guardians", length_max=WATCH_GUARDIANS_MAX)
        return cls(
            relay=check_relay_url(fields.text("relay", length_max=RELAY_URL_LENGTH_MAX)),
            watch=fields.data("watch", ID_BYTES),
            key=fields.data("key", KEY_BYTES),
            token=fields.data("token", TOKEN_BYTES),
            terms=fields.data("terms", length_max=SIGNED_BYTES_MAX),
            guardians=tuple(check_name(name) if isinstance(name, str) else check_name("") for name in names),
        )


class Rehearsed(Frozen):
    """The reader has opened the letter of this rehearsal; only who has read it knows the proof."""

    watch: bytes
    proof: bytes  # SHA-256 of the letter's text
    day: int

    kind = "rehearsed"

    def to_record(self) -> Record:
        return {"watch": self.watch, "proof": self.proof, "day": self.day}

    @classmethod
    def from_record(cls, record: Record) -> "Rehearsed":
        fields = Fields(record, "rehearsed")
        return cls(
            fields.data("watch", ID_BYTES),
            fields.data("proof", HASH_BYTES),
            fields.number("day", 0, DAY_MAX),
        )


AboutGuardian: TypeAlias = (
    GuardianAsk
    | GuardianAnswer
    | GuardianSeat
    | Share
    | ShareOver
    | ShareRelease
    | GuardianOver
    | GuardianDone
)
"""What belongs into a bond with a guardian."""

AboutReader: TypeAlias = ReaderSeat | Rehearsed
"""What belongs into the bond of a pair."""

AboutWatch: TypeAlias = AboutGuardian | AboutReader

KINDS: tuple[type[AboutWatch], ...] = (
    GuardianAsk,
    GuardianAnswer,
    GuardianSeat,
    Share,
    ShareOver,
    ShareRelease,
    GuardianOver,
    GuardianDone,
    ReaderSeat,
    Rehearsed,
)


def check_watch(watch: bytes) -> bytes:
    """Return `watch` if it can be the id of one; raise `Mistaken` if not."""
    if len(watch) != ID_BYTES:
        raise Mistaken(f"The id of a watch has {ID_BYTES} bytes.")
    return watch


def _words(fields: Fields) -> str:
    words = fields.text("words", length_max=SHARE_CHARS_MAX)
    # Only what a share may hold: it is shown, and read aloud.
    if not words.isascii() or not words.replace(" ", "").isalpha() or words != words.lower():
        raise Damaged("The words of this share are not what they should be.")
    return words
