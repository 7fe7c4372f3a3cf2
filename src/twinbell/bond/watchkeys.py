"""What a person keeps of a watch in the keyring of a bond, so that paper and a second device bring it back.

    Owned      the writer, in the bond with the reader: the key of the watch, and how far it was counted
    Appointed  the writer, in the bond with a guardian: whom they asked, and what they gave
    Seat       the guardian, in the bond with the writer: their seat and their shares
    Reading    the reader, in the bond with the writer: their seat
    Released   the reader, in the bond with a guardian: a share that was released to them

All of one bond fit into its keyring (`docs/spec/guardians.md`). What changes them is in `guarding.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from twinbell.bond.bundle import KEY_BYTES, NAME_LENGTH_MAX, RECIPIENT_BYTES
from twinbell.bond.guardian import (
    DAY_MAX,
    EPOCH_MAX,
    HASH_BYTES,
    SIGNATURE_BYTES,
    SIGNED_BYTES_MAX,
    GuardianAsk,
    GuardianSeat,
    Share,
    ShareRelease,
)
from twinbell.bond.kit import RELAY_URL_LENGTH_MAX
from twinbell.bond.record import Fields, Record
from twinbell.encoding import Value
from twinbell.errors import Damaged
from twinbell.wire.limits import ID_BYTES, TOKEN_BYTES, WATCH_GUARDIANS_MAX

WATCHES_MAX = 6  # in one bond and role: a guardian may look after letters to several people
SHARES_MAX = 6  # of one seat: armings whose letters were not all sealed again yet
RELEASED_MAX = 12  # by one guardian
WATCH_KEYS_BYTES_MAX = 32_000  # of a keyring's 60,000; seven guardians' terms take 2,000 in each role


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A watch of one's own."""

    watch: bytes
    seed: bytes = field(repr=False)  # of the Ed25519 key that signs terms and life
    owner: bytes = field(repr=False)  # bearer token
    reader: bytes = field(repr=False)  # bearer token that the reader has
    stop: bytes  # SHA-256 of the code on paper; the code itself is not kept
    rehearsal: bool = False
    number: int = 0  # of the newest terms
    epoch: int = 0  # of the newest arming; 0 before the first
    gate: bytes = field(repr=False, default=b"")  # recipient of the guardians' gate of this epoch
    k: int = 0
    n: int = 0
    life_n: int = 0  # of the newest sign of life
    terms: bytes = field(repr=False, default=b"")  # the newest, signed
    armed_day: int = 0
    rehearsed_day: int = 0

    def to_record(self) -> Record:
        return {
            "watch": self.watch,
            "seed": self.seed,
            "owner": self.owner,
            "reader": self.reader,
            "stop": self.stop,
            "rehearsal": self.rehearsal,
            "number": self.number,
            "epoch": self.epoch,
            "gate": self.gate,
            "k": self.k,
            "n": self.n,
            "life": self.life_n,
            "terms": self.terms,
            "armed": self.armed_day,
            "rehearsed": self.rehearsed_day,
        }

    @classmethod
    def from_record(cls, value: Value) -> "Owned":
        fields = Fields(value, "watch")
        gate = fields.data("gate", length_max=RECIPIENT_BYTES)
        if len(gate) not in (0, RECIPIENT_BYTES):
            raise Damaged("The gate of this watch is not what it should be.")
        return cls(
            watch=fields.data("watch", ID_BYTES),
            seed=fields.data("seed", KEY_BYTES),
            owner=fields.data("owner", TOKEN_BYTES),
            reader=fields.data("reader", TOKEN_BYTES),
            stop=fields.data("stop", HASH_BYTES),
            rehearsal=fields.flag("rehearsal"),
            number=fields.number("number"),
            epoch=fields.number("epoch", 0, EPOCH_MAX),
            gate=gate,
            k=fields.number("k", 0, WATCH_GUARDIANS_MAX),
            n=fields.number("n", 0, WATCH_GUARDIANS_MAX),
            life_n=fields.number("life"),
            terms=fields.data("terms", length_max=SIGNED_BYTES_MAX),
            armed_day=fields.number("armed", 0, DAY_MAX),
            rehearsed_day=fields.number("rehearsed", 0, DAY_MAX),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointed:
    """One who was asked to be a guardian, and what was given to them."""

    ask: GuardianAsk
    token: bytes = field(repr=False)  # bearer token of their seat
    answered: bool = False
    seat: bytes = b""  # public key; none if they said no, or nothing yet
    day: int = 0
    consent: bytes = b""
    given: GuardianSeat | None = field(repr=False, default=None)
    share: Share | None = field(repr=False, default=None)  # until it is sure that they have it
    doubtful: bool = False  # they came back from paper after the words were let go of
    done_day: int = 0  # of the newest rehearsal in which they did their part

    @property
    def watch(self) -> bytes:
        return self.ask.watch

    @property
    def agreed(self) -> bool:
        """Whether they said yes."""
        return self.seat != b""

    def to_record(self) -> Record:
        return {
            "ask": self.ask.to_record(),
            "token": self.token,
            "answered": self.answered,
            "seat": self.seat,
            "day": self.day,
            "consent": self.consent,
            "given": self.given.to_record() if self.given else None,
            "share": self.share.to_record() if self.share else None,
            "doubtful": self.doubtful,
            "done": self.done_day,
        }

    @classmethod
    def from_record(cls, value: Value) -> "Appointed":
        fields = Fields(value, "guardian")
        return cls(
            ask=GuardianAsk.from_record(fields.map("ask")),
            token=fields.data("token", TOKEN_BYTES),
            answered=fields.flag("answered"),
            seat=fields.data("seat", length_max=KEY_BYTES),
            day=fields.number("day", 0, DAY_MAX),
            consent=fields.data("consent", length_max=SIGNATURE_BYTES),
            given=GuardianSeat.from_record(fields.map("given")) if fields.has("given") else None,
            share=Share.from_record(fields.map("share")) if fields.has("share") else None,
            doubtful=fields.flag("doubtful"),
            done_day=fields.number("done", 0, DAY_MAX),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldShare:
    """A share in a guardian's hand, and since when."""

    share: Share = field(repr=False)
    since_s: int

    def to_record(self) -> Record:
        return {"share": self.share.to_record(), "since": self.since_s}

    @classmethod
    def from_record(cls, value: Value) -> "HeldShare":
        fields = Fields(value, "share")
        return cls(share=Share.from_record(fields.map("share")), since_s=fields.number("since"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A guardian's seat: what they were asked, what they were given, and the newest that they know."""

    ask: GuardianAsk
    seed: bytes = field(repr=False, default=b"")  # of the seat's Ed25519 key; none before a yes
    consent_day: int = 0
    given: GuardianSeat | None = field(repr=False, default=None)  # the terms in force
    coming: GuardianSeat | None = field(repr=False, default=None)  # looser ones, which wait as at the relay
    coming_s: int = 0  # until then
    shares: tuple[HeldShare, ...] = field(repr=False, default=())  # by epoch
    life_s: int = 0  # the newest sign of life that this guardian holds, and has checked
    life_n: int = 0  # the number of that sign, so that an older one is known
    away_s: int = 0  # until when an absence was planned
    duress_s: int = 0  # when a note said that it was not of the person's free will; 0 = not
    stopped: bytes = b""  # SHA-256 of the code on paper that was shown: it ends the terms that name it

    @property
    def watch(self) -> bytes:
        return self.ask.watch

    def held(self, now_s: int) -> GuardianSeat | None:
        """Return what this guardian was given, with the terms that are in force now."""
        return self.coming if self.coming and now_s >= self.coming_s else self.given

    def to_record(self) -> Record:
        return {
            "ask": self.ask.to_record(),
            "seed": self.seed,
            "consented": self.consent_day,
            "given": self.given.to_record() if self.given else None,
            "coming": self.coming.to_record() if self.coming else None,
            "coming_at": self.coming_s,
            "shares": [held.to_record() for held in self.shares],
            "life": self.life_s,
            "n": self.life_n,
            "away": self.away_s,
            "duress": self.duress_s,
            "stopped": self.stopped,
        }

    @classmethod
    def from_record(cls, value: Value) -> "Seat":
        fields = Fields(value, "seat")
        return cls(
            ask=GuardianAsk.from_record(fields.map("ask")),
            seed=fields.data("seed", length_max=KEY_BYTES),
            consent_day=fields.number("consented", 0, DAY_MAX),
            given=GuardianSeat.from_record(fields.map("given")) if fields.has("given") else None,
            coming=GuardianSeat.from_record(fields.map("coming")) if fields.has("coming") else None,
            coming_s=fields.number("coming_at"),
            shares=tuple(map(HeldShare.from_record, fields.items("shares", length_max=SHARES_MAX))),
            life_s=fields.number("life"),
            life_n=fields.number("n"),
            away_s=fields.number("away"),
            duress_s=fields.number("duress"),
            stopped=fields.data("stopped", length_max=HASH_BYTES),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The reader's seat."""

    watch: bytes
    relay: str
    key: bytes
    token: bytes = field(repr=False)
    terms: bytes = field(repr=False)
    guardians: tuple[str, ...]

    def to_record(self) -> Record:
        return {
            "watch": self.watch,
            "relay": self.relay,
            "key": self.key,
            "token": self.token,
            "terms": self.terms,
            "guardians": list(self.guardians),
        }

    @classmethod
    def from_record(cls, value: Value) -> "Reading":
        fields = Fields(value, "reader's seat")
        names = fields.items("guardians", length_max=WATCH_GUARDIANS_MAX)
        return cls(
            watch=fields.data("watch", ID_BYTES),
            relay=fields.text("relay", length_max=RELAY_URL_LENGTH_MAX),
            key=fields.data("key", KEY_BYTES),
            token=fields.data("token", TOKEN_BYTES),
            terms=fields.data("terms", length_max=SIGNED_BYTES_MAX),
            guardians=tuple(str(name)[:NAME_LENGTH_MAX] for name in names),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchKeys:
    """All of it in one bond. Most bonds have none."""

    owned: tuple[Owned, ...] = ()
    appointed: tuple[Appointed, ...] = ()
    seats: tuple[Seat, ...] = ()
    reading: tuple[Reading, ...] = ()
    released: tuple[ShareRelease, ...] = ()

    def of(self, watch: bytes) -> Owned | None:
        """Return the watch of one's own with this id."""
        return find(self.owned, watch)

    def guardian(self, watch: bytes) -> Appointed | None:
        """Return what is kept of the one who was asked for this watch."""
        return find(self.appointed, watch)

    def seat(self, watch: bytes) -> Seat | None:
        """Return the guardian's seat at this watch."""
        return find(self.seats, watch)

    def reader(self, watch: bytes) -> Reading | None:
        """Return the reader's seat at this watch."""
        return find(self.reading, watch)

    def to_record(self) -> Record:
        record: dict[str, tuple[Any, ...]] = {
            "owned": self.owned,
            "appointed": self.appointed,
            "seats": self.seats,
            "reading": self.reading,
            "released": self.released,
        }
        return {name: [each.to_record() for each in items] for name, items in record.items() if items}

    @classmethod
    def from_record(cls, value: Value) -> "WatchKeys":
        fields = Fields(value, "watches of a keyring")

        def items(name: str, length_max: int) -> Iterable[Any]:
            return fields.items(name, length_max=length_max) if fields.has(name) else ()

        return cls(
            owned=tuple(map(Owned.from_record, items("owned", WATCHES_MAX))),
            appointed=tuple(map(Appointed.from_record, items("appointed", WATCHES_MAX))),
            seats=tuple(map(Seat.from_record, items("seats", WATCHES_MAX))),
            reading=tuple(map(Reading.from_record, items("reading", WATCHES_MAX))),
            released=tuple(map(ShareRelease.from_record, items("released", RELEASED_MAX))),
        )


class _OfWatch(Protocol):
    @property
    def watch(self) -> bytes: ...


Kept = TypeVar("Kept", bound=_OfWatch)


def find(items: tuple[Kept, ...], watch: bytes) -> Kept | None:
    """Return the one of this watch."""
    return next((each for each in items if each.watch == watch), None)


def put(items: tuple[Kept, ...], item: Kept) -> tuple[Kept, ...]:
    """Return `items` with `item` in the place of the one of the same watch, or behind all."""
    if find(items, item.watch) is None:
        return (*items, item)
    return tuple(item if each.watch == item.watch else each for each in items)


def without(items: tuple[Kept, ...], watch: bytes) -> tuple[Kept, ...]:
    """Return `items` without the one of this watch."""
    return tuple(each for each in items if each.watch != watch)


def with_share(seat: Seat, share: Share, now_s: int) -> Seat:
    """Return the seat with this share; the oldest goes where there are too many."""
    others = [held for held in seat.shares if held.share.epoch != share.epoch]
    shares = sorted([*others, HeldShare(share=share, since_s=now_s)], key=lambda held: held.share.epoch)
    return replace(seat, shares=tuple(shares[-SHARES_MAX:]))
