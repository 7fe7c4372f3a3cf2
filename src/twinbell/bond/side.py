"""The two sides of a bell as they are saved: giver and answerer, and what success leaves.

How one state follows from another is in `bell.py`.
"""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeVar

from twinbell.bond.bundle import kind_of
from twinbell.bond.code import Code, Form
from twinbell.bond.keys import BUNDLE_BYTES_MAX, WORDS_BYTES, Bond, Bundle, Role
from twinbell.bond.record import VERSION, Fields, Random, Record, fresh
from twinbell.crypto import cpace, kdf
from twinbell.errors import Burnt, Damaged, Mistaken
from twinbell.wire.limits import PAIRING_ANSWER_S as ANSWER_WITHIN_S
from twinbell.wire.limits import PAIRING_PART_BYTES_MAX as MESSAGE_BYTES_MAX

LABEL_KEY = b"twinbell/v1/bell/"  # ‖ a, b or bond
LABEL_WORDS = b"twinbell/v1/words"


NONCE_BYTES = SID_BYTES = SEED_BYTES = TOKEN_BYTES = 32


class State(Enum):
    """Where a side is. The table above says how it gets there."""

    NEW = "new"
    OFFERED = "offered"
    SPENT = "spent"
    CONFIRMED = "confirmed"
    CALLED = "called"
    ANSWERED = "answered"
    JOINED = "joined"
    DONE = "done"  # joined, and nothing left to do
    WRONG_CODE = "wrong code"
    BURNT = "burnt"
    EXPIRED = "expired"


class Outcome(Enum):
    """What a person is told in the end."""

    JOINED = "joined"
    WRONG_CODE = "wrong code"
    BURNT = "burnt"


_OUTCOMES = {
    State.JOINED: Outcome.JOINED,
    State.DONE: Outcome.JOINED,
    State.WRONG_CODE: Outcome.WRONG_CODE,
    State.BURNT: Outcome.BURNT,
    State.EXPIRED: Outcome.BURNT,
}


@dataclass(frozen=True, slots=True)
class Session:
    """What follows from a bell's first two messages and the keys of one side."""

    transcript: bytes
    key_a: bytes = field(repr=False)
    key_b: bytes = field(repr=False)
    bond: bytes

    @classmethod
    def derive(cls, transcript: bytes, isk: bytes, kem_secret: bytes) -> "Session":
        a, b, bond = (
            kdf.hkdf(isk + kem_secret, salt=transcript, info=LABEL_KEY + name)
            for name in (b"a", b"b", b"bond")
        )
        return cls(transcript, a, b, bond)

    def to_record(self) -> Record:
        return {"th": self.transcript, "a": self.key_a, "b": self.key_b, "bond": self.bond}

    @classmethod
    def from_record(cls, record: Record) -> "Session":
        fields = Fields(record, "session")
        return cls(*(fields.data(name, 32) for name in ("th", "a", "b", "bond")))


@dataclass(frozen=True, slots=True)
class Joined:
    """What success leaves: the bond, and what the other showed of their keys."""

    bond: Bond
    peer: Bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """The side that gives the bell."""

    state: State
    form: Form
    relay: str
    nameplate: str
    secret: str = field(repr=False)
    token: bytes = field(repr=False)  # bearer token of this side at the pairing mailbox
    sid: bytes
    scalar: bytes = field(repr=False)
    kem_seed: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    bundle: bytes = field(repr=False)
    made_s: int
    m1: bytes = field(repr=False)
    m2: bytes = field(repr=False, default=b"")
    m3: bytes = field(repr=False, default=b"")
    session: Session | None = None
    peer: bytes = field(repr=False, default=b"")
    joined_s: int = 0
    reason: str = ""

    @property
    def code(self) -> Code:
        """The code to give; raise `Mistaken` before the relay has given it a nameplate."""
        if not self.nameplate:
            raise Mistaken("This bell does not hang at a relay yet.")
        return Code(
            form=self.form,
            relay=self.relay,
            nameplate=self.nameplate,
            secret=self.secret,
            kind=kind_of(self.bundle),
        )

    @property
    def expires_s(self) -> int:
        """Until when it can be answered."""
        return self.made_s + ANSWER_WITHIN_S

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it is open."""
        return _OUTCOMES.get(self.state)

    @property
    def joined(self) -> Joined:
        """The bond; raise `Burnt` where there is none."""
        return _joined(self, Role.GIVER, self.nonce)

    def to_record(self) -> Record:
        return {
            "v": VERSION,
            "type": "giver",
            "state": self.state.value,
            "form": self.form.value,
            "relay": self.relay,
            "nameplate": self.nameplate,
            "secret": self.secret,
            "token": self.token,
            "sid": self.sid,
            "scalar": self.scalar,
            "kem_seed": self.kem_seed,
            "nonce": self.nonce,
            "bundle": self.bundle,
            "made": self.made_s,
            "m1": self.m1,
            "m2": self.m2,
            "m3": self.m3,
            "session": self.session.to_record() if self.session else None,
            "peer": self.peer,
            "joined": self.joined_s,
            "reason": self.reason,
        }

    @classmethod
    def from_record(cls, record: Record) -> "Giver":
        """Load a giver. One that was saved SPENT comes back BURNT: its one guess may have been seen."""
        fields = Fields.typed(record, "giver")
        giver = cls(
            state=_state(fields.text("state", length_max=16)),
            form=_form(fields.text("form", length_max=8)),
            relay=fields.text("relay", length_max=255),
            nameplate=fields.text("nameplate", length_max=32),
            secret=fields.text("secret", length_max=64),
            token=fields.data("token", TOKEN_BYTES),
            sid=fields.data("sid", SID_BYTES),
            scalar=fields.data("scalar", length_max=32),
            kem_seed=fields.data("kem_seed", length_max=32),
            nonce=fields.data("nonce", NONCE_BYTES),
            bundle=fields.data("bundle", length_max=BUNDLE_BYTES_MAX),
            made_s=fields.number("made"),
            m1=fields.data("m1", length_max=MESSAGE_BYTES_MAX),
            m2=fields.data("m2", length_max=MESSAGE_BYTES_MAX),
            m3=fields.data("m3", length_max=MESSAGE_BYTES_MAX),
            session=Session.from_record(fields.map("session")) if fields.has("session") else None,
            peer=fields.data("peer", length_max=BUNDLE_BYTES_MAX),
            joined_s=fields.number("joined"),
            reason=fields.text("reason", length_max=256),
        )
        if giver.state is State.SPENT:
            return end(giver, State.BURNT, "Twinbell was stopped while this bell was being answered.")
        return giver


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """The side that answers the bell."""

    state: State
    code: Code
    token: bytes = field(repr=False)
    bundle: bytes = field(repr=False)
    made_s: int
    random: Random = field(repr=False, default=fresh, compare=False)
    commitment: bytes = b""  # to the giver's nonce
    peer_hash: bytes = b""  # of the giver's bundle
    tag_a: bytes = field(repr=False, default=b"")
    m2: bytes = field(repr=False, default=b"")
    m4: bytes = field(repr=False, default=b"")
    session: Session | None = None
    nonce: bytes = b""
    peer: bytes = field(repr=False, default=b"")
    joined_s: int = 0
    reason: str = ""

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it is open."""
        return _OUTCOMES.get(self.state)

    @property
    def joined(self) -> Joined:
        """The bond; raise `Burnt` where there is none."""
        return _joined(self, Role.ANSWERER, self.nonce)

    def to_record(self) -> Record:
        return {
            "v": VERSION,
            "type": "answerer",
            "state": self.state.value,
            "form": self.code.form.value,
            "relay": self.code.relay,
            "nameplate": self.code.nameplate,
            "secret": self.code.secret,
            "token": self.token,
            "bundle": self.bundle,
            "made": self.made_s,
            "commitment": self.commitment,
            "peer_hash": self.peer_hash,
            "tag_a": self.tag_a,
            "m2": self.m2,
            "m4": self.m4,
            "session": self.session.to_record() if self.session else None,
            "nonce": self.nonce,
            "peer": self.peer,
            "joined": self.joined_s,
            "reason": self.reason,
        }

    @classmethod
    def from_record(cls, record: Record, *, random: Random = fresh) -> "Answerer":
        fields = Fields.typed(record, "answerer")
        return cls(
            state=_state(fields.text("state", length_max=16)),
            code=Code(
                form=_form(fields.text("form", length_max=8)),
                relay=fields.text("relay", length_max=255),
                nameplate=fields.text("nameplate", length_max=32),
                secret=fields.text("secret", length_max=64),
                kind=kind_of(fields.data("bundle", length_max=BUNDLE_BYTES_MAX)),
            ),
            token=fields.data("token", TOKEN_BYTES),
            bundle=fields.data("bundle", length_max=BUNDLE_BYTES_MAX),
            made_s=fields.number("made"),
            random=random,
            commitment=fields.data("commitment", length_max=32),
            peer_hash=fields.data("peer_hash", length_max=32),
            tag_a=fields.data("tag_a", length_max=cpace.TAG_BYTES),
            m2=fields.data("m2", length_max=MESSAGE_BYTES_MAX),
            m4=fields.data("m4", length_max=MESSAGE_BYTES_MAX),
            session=Session.from_record(fields.map("session")) if fields.has("session") else None,
            nonce=fields.data("nonce", length_max=NONCE_BYTES),
            peer=fields.data("peer", length_max=BUNDLE_BYTES_MAX),
            joined_s=fields.number("joined"),
            reason=fields.text("reason", length_max=256),
        )


Side = TypeVar("Side", Giver, Answerer)


def end(side: Side, state: State, reason: str) -> Side:
    """Close a side for good. Its secrets go: nothing of them is needed any more."""
    if isinstance(side, Giver):
        return replace(side, state=state, reason=reason, scalar=b"", kem_seed=b"", session=None)
    return replace(side, state=state, reason=reason, session=None, tag_a=b"")


def words_bits(transcript: bytes, nonce: bytes) -> bytes:
    """Return the 66 bits of words and picture: nine bytes, the last six bits zero."""
    digest = kdf.sha256(LABEL_WORDS, transcript, nonce)[:WORDS_BYTES]
    return digest[:-1] + bytes([digest[-1] & 0b1100_0000])


def _joined(side: Giver | Answerer, role: Role, nonce: bytes) -> Joined:
    if side.outcome is not Outcome.JOINED or side.session is None:
        raise Burnt(side.reason or "This bell has not been answered yet.")
    bond = Bond(
        id=side.session.bond,
        role=role,
        words=words_bits(side.session.transcript, nonce),
        since_s=side.joined_s,
    )
    return Joined(bond, Bundle.parse(side.peer))


def _form(text: str) -> Form:
    try:
        return Form(text)
    except ValueError:
        raise Damaged("This bell has a form that this Twinbell does not know.") from None


def _state(text: str) -> State:
    try:
        return State(text)
    except ValueError:
        raise Damaged("This bell is in a state that this Twinbell does not know.") from None
