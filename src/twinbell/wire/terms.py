"""The terms of a watch: after how long, with whose word, and who may change them how.

A watch is named by its key: its id is a hash of the public key that signs its terms, so nobody else's terms
fit it. Each guardian signed a consent to this one watch, and terms with a guardian who did not are refused by
everyone. What the times in here lead to is `silence.py`.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum

from twinbell.crypto import kdf
from twinbell.crypto.signing import PUBLIC_BYTES, SIGNATURE_BYTES, SigningKey, VerifyKey
from twinbell.encoding import Value, encode
from twinbell.errors import Conflict, Damaged, Refused, Stale
from twinbell.wire.fields import VERSION, Fields
from twinbell.wire.limits import (
    ID_BYTES,
    WATCH_GRACE_DAYS_MIN,
    WATCH_GUARDIANS_MAX,
    WATCH_HANDS_MAX,
    WATCH_REHEARSAL_UNIT_S_MAX,
    WATCH_TERMS_BYTES_MAX,
    WATCH_UNIT_S,
    WATCH_UNITS_MAX,
)
from twinbell.wire.signed import Signed, sign
from twinbell.wire.silence import OVER, Rule, Stage

LABEL_WATCH = b"twinbell/v1/watch"  # ‖ public key, hashed: the id
LABEL_TERMS = b"twinbell/v1/watch-terms"
LABEL_CONSENT = b"twinbell/v1/watch-consent"

EVERY, GRACE, VETO = 30, 7, 7  # units, unless a person says otherwise
STOP_BYTES = 16
HASH_BYTES = 32
DAY_MAX = 2**32 - 1

_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}", re.ASCII)


def watch_id(key: bytes) -> bytes:
    """Return the id of the watch whose terms this public key signs: 16 bytes."""
    return kdf.sha256(LABEL_WATCH + key)[:ID_BYTES]


def consent_record(watch: bytes, seat: bytes, day: int) -> bytes:
    """Return what a guardian signs: that the holder of this seat key is one for this watch."""
    return encode({"v": VERSION, "type": "watch-consent", "watch": watch, "seat": seat, "day": day})


@dataclass(frozen=True, slots=True)
class Guardian:
    """A guardian's seat: the public key that votes, the hash of the token that looks, and the consent."""

    seat: bytes
    token: bytes  # SHA-256 of a bearer token
    consent: bytes  # signature by the seat's key
    day: int  # of the consent, since 1970

    def to_value(self) -> dict[str, Value]:
        return {"seat": self.seat, "token": self.token, "consent": self.consent, "day": self.day}

    @classmethod
    def of(cls, value: Value) -> "Guardian":
        fields = Fields(value, "guardian").only("seat", "token", "consent", "day")
        return cls(
            fields.data("seat", PUBLIC_BYTES),
            fields.data("token", HASH_BYTES),
            fields.data("consent", SIGNATURE_BYTES),
            fields.number("day", most=DAY_MAX),
        )

    def check(self, watch: bytes) -> None:
        """Return if this guardian has consented to this watch; raise `Damaged` if not."""
        try:
            key = VerifyKey(self.seat)
            key.verify(self.consent, LABEL_CONSENT + consent_record(watch, self.seat, self.day))
        except Damaged:
            raise Damaged("A guardian in these terms has not consented to this watch.") from None


def consent(key: SigningKey, watch: bytes, day: int, *, token: bytes) -> Guardian:
    """Return the seat of a guardian who consents; `token` is the hash of the bearer token for it."""
    seat = key.verify_key.raw
    signed = sign(key, LABEL_CONSENT, consent_record(watch, seat, day))
    return Guardian(seat, token, signed.by, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a watch. Tokens and the stop code are given by their SHA-256.

    `number` grows with each change. `epoch` grows each time the watch is armed anew and is 0 before the first
    time; it is never above `number`, so that nobody can use up the epochs.
    """

    key: bytes
    number: int
    epoch: int
    unit_s: int
    every: int
    grace: int
    veto: int
    zone: str
    k: int
    guardians: tuple[Guardian, ...]
    reader: bytes
    owner: bytes
    stop: bytes
    hands: tuple[bytes, ...] = ()
    armed: bool
    rehearsal: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.epoch <= self.number or self.number < 1 or (self.armed and not self.epoch):
            raise Damaged("The numbers of these terms do not fit together.")
        if self.rehearsal and not 1 <= self.unit_s <= WATCH_REHEARSAL_UNIT_S_MAX:
            raise Damaged(f"A rehearsal counts in units of 1 to {WATCH_REHEARSAL_UNIT_S_MAX} seconds.")
        if not self.rehearsal and self.unit_s != WATCH_UNIT_S:
            raise Damaged("A watch counts in days.")
        if not self.rehearsal and self.grace < WATCH_GRACE_DAYS_MIN:
            raise Damaged(f"Grace is {WATCH_GRACE_DAYS_MIN} days or more: so long do three reminders take.")
        seats = [guardian.seat for guardian in self.guardians]
        if len({*seats}) != len(seats) or len({*self.hands}) != len(self.hands):
            raise Damaged("These terms name a key twice.")
        if {self.key, *self.hands} & {*seats}:
            raise Damaged("Nobody is their own guardian.")
        if self.armed or seats:
            if self.k > len(seats):
                raise Damaged("These terms ask for more guardians than they have.")
            if self.k < 2 and len(seats) != 1:
                raise Damaged("Of several guardians two at least must agree.")
        bearers = [self.owner, self.reader, *(guardian.token for guardian in self.guardians)]
        if len({*bearers}) != len(bearers):
            raise Damaged("Each token of a watch has one right.")

    @property
    def watch(self) -> bytes:
        return watch_id(self.key)

    @property
    def wait_s(self) -> int:
        """The whole of every, grace and veto: what a looser change has to wait for."""
        return (self.every + self.grace + self.veto) * self.unit_s

    def rule(self) -> Rule:
        """Return these terms as far as time is concerned."""
        return Rule(
            unit_s=self.unit_s,
            every_s=self.every * self.unit_s,
            grace_s=self.grace * self.unit_s,
            veto_s=self.veto * self.unit_s,
            k=self.k,
            guardians=tuple(guardian.seat for guardian in self.guardians),
            armed=self.armed,
        )

    def to_bytes(self) -> bytes:
        return encode(
            {
                "v": VERSION,
                "type": "watch-terms",
                "watch": self.watch,
                "key": self.key,
                "number": self.number,
                "epoch": self.epoch,
                "unit": self.unit_s,
                "every": self.every,
                "grace": self.grace,
                "veto": self.veto,
                "zone": self.zone,
                "k": self.k,
                "guardians": [guardian.to_value() for guardian in self.guardians],
                "reader": self.reader,
                "owner": self.owner,
                "stop": self.stop,
                "hands": list(self.hands),
                "armed": self.armed,
                "rehearsal": self.rehearsal,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Terms":
        """Return the terms in `data`, signed or not; raise `Damaged` for anything else."""
        fields = Fields.of(data, "watch-terms", bytes_max=WATCH_TERMS_BYTES_MAX).only(*_NAMES)
        terms = cls(
            key=_key(fields.data("key", PUBLIC_BYTES)),
            number=fields.number("number", 1),
            epoch=fields.number("epoch"),
            unit_s=fields.number("unit", 1, WATCH_UNIT_S),
            every=fields.number("every", 1, WATCH_UNITS_MAX),
            grace=fields.number("grace", 1, WATCH_UNITS_MAX),
            veto=fields.number("veto", 1, WATCH_UNITS_MAX),
            zone=_zone(fields.text("zone", length_max=64)),
            k=fields.number("k", 1, WATCH_GUARDIANS_MAX),
            guardians=tuple(map(Guardian.of, fields.items("guardians", length_max=WATCH_GUARDIANS_MAX))),
            reader=fields.data("reader", HASH_BYTES),
            owner=fields.data("owner", HASH_BYTES),
            stop=fields.data("stop", HASH_BYTES),
            hands=tuple(map(_hand, fields.items("hands", length_max=WATCH_HANDS_MAX))),
            armed=fields.flag("armed"),
            rehearsal=fields.flag("rehearsal"),
        )
        if fields.data("watch", ID_BYTES) != terms.watch:
            raise Damaged("These terms are another watch's.")
        return terms

    def sign(self, key: SigningKey) -> Signed:
        return sign(key, LABEL_TERMS, self.to_bytes())

    def check_stop(self, code: bytes) -> None:
        """Return if this is the stop code of these terms; raise `Refused` if not."""
        if len(code) != STOP_BYTES or kdf.sha256(code) != self.stop:
            raise Refused("This is not the stop code of this watch.")


_NAMES = (
    "watch", "key", "number", "epoch", "unit", "every", "grace", "veto", "zone", "k", "guardians", "reader",
    "owner", "stop", "hands", "armed", "rehearsal",
)  # fmt: skip


def open_terms(signed: Signed, watch: bytes) -> Terms:
    """Return the terms of `watch` that were signed by its key and to which every guardian consented.

    Raises `Damaged` for anything else. Whoever keeps terms, relay or client, gets them by this function.
    """
    terms = Terms.parse(signed.record)
    if terms.watch != watch:
        raise Damaged("These terms are another watch's.")
    signed.check(LABEL_TERMS, [terms.key])
    for guardian in terms.guardians:
        guardian.check(watch)
    return terms


class Change(Enum):
    """When new terms come into force."""

    AT_ONCE = "at once"
    PENDING = "pending"  # after the wait of those that hold, in the sight of guardians and reader


def change(held: Terms, new: Terms, *, pending: Terms | None = None, stage: Stage = Stage.KEPT) -> Change:
    """Return when `new` terms come into force where `held` ones are.

    Raises `Stale` for a number that is taken, and `Conflict` for what is never possible.

    Whoever holds the phone of another should not be able to shorten the watch unseen: what makes it stricter
    is in force at once, all else waits as long as the old terms would have. Before a watch is armed for the
    first time it guards nothing, and everything is at once. `pending` are newer terms that still wait; the
    new ones take their place. Where the watch is over by its stage, only arming anew is taken.
    """
    newest = max(held.number, pending.number if pending else 0)
    if new.number <= newest:
        raise Stale("These terms have a number that is taken.", newest=newest)
    if (new.key, new.unit_s, new.rehearsal) != (held.key, held.unit_s, held.rehearsal):
        raise Conflict("What a watch is cannot be changed. Start a new one.")
    if new.epoch < held.epoch or (new.armed and not held.armed and new.epoch == held.epoch):
        raise Conflict("A watch that is armed anew has a higher epoch.")
    if new.epoch > held.epoch and not new.armed:
        raise Conflict("A higher epoch is for a watch that is armed.")
    over = stage in OVER
    if over and new.epoch == held.epoch:
        raise Conflict("This watch is over. Arm it anew to go on.")
    if stage is Stage.STOPPED and new.stop == held.stop:
        raise Conflict("This watch was stopped, and its stop code has been shown. Arm it with another one.")
    before = replace(held, stop=new.stop) if stage is Stage.STOPPED else held
    if not held.epoch or is_stricter(before, new):
        return Change.AT_ONCE
    if over:
        raise Conflict("This watch is over. Arm it under terms as strict as the old ones, then loosen them.")
    return Change.PENDING


def is_stricter(old: Terms, new: Terms) -> bool:
    """Say whether `new` terms never lead to silence sooner than the `old`.

    A further hand that may sign life only makes it later; one that is taken away could make it sooner.
    """
    return (
        all(getattr(new, name) >= getattr(old, name) for name in ("every", "grace", "veto", "k"))
        and all(getattr(new, name) == getattr(old, name) for name in ("zone", "reader", "owner", "stop"))
        and {*new.guardians} <= {*old.guardians}
        and {*new.hands} >= {*old.hands}
    )


def _key(raw: bytes) -> bytes:
    return VerifyKey(raw).raw


def _hand(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise Damaged("A hand is a key.")
    return _key(value)


def _zone(text: str) -> str:
    if not _ZONE.fullmatch(text):
        raise Damaged("A zone is named as in tz.")
    return text
