"""The bell: how two who share a few words become a bond, at the cost of one guess to anyone else.

Theory of operation. Both sides run CPace over four messages in a pairing mailbox of a relay that they do
not trust. X-Wing runs inside it, so that a recorded bell is of no use to a quantum computer; what seals the
bundles needs both. The giver commits to a nonce in its first message and opens it in its second: the words
that both compare come from everything that was said and from that nonce, so nobody in the middle can search
for a session with the same words.

    m1  giver     sid, Ya, ADa = [1, "giver", X-Wing key, SHA-256(label ‖ na), SHA-256(bundle A)]
    m2  answerer  Yb, ADb = [1, "answerer", X-Wing ciphertext, SHA-256(bundle B)], tag b
    m3  giver     tag a, na, bundle A sealed with Ka
    m4  answerer  bundle B sealed with Kb

One guess: the giver takes one m2 and no other, ever. It is SPENT, and saved as such, before its tag is
looked at; a giver that wakes up SPENT cannot know whether somebody saw the answer, and is BURNT.

    Giver        event            becomes                 Answerer     event            becomes
    NEW          Placed           OFFERED                 CALLED       Message(1)       ANSWERED
    OFFERED      Message(2)       SPENT                   ANSWERED     Message(3)       JOINED, or BURNT
    SPENT        Check            CONFIRMED, WRONG_CODE   ANSWERED     Refused(2)       BURNT
    CONFIRMED    Message(4)       JOINED, or BURNT        ANSWERED     Gone             WRONG_CODE
    CONFIRMED    Refused(3)       BURNT                   CALLED       Gone             BURNT
    any open     Gone             BURNT                   JOINED       Stored(4), Gone  DONE
    any open     time is over     EXPIRED                 any open     time is over     EXPIRED

`step` changes the state; `todo` says what is to be done in it. Save the side after each step, then do what
`todo` says and feed the answer back. Everything in `todo` may be repeated, so a side that is loaded after a
crash goes on where it was. The answerer has joined once it has m3, the giver once it has m4: if m4 is lost
for seven days, only the answerer believes in the bond, and hears nothing.
"""

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from twinbell.bond.bundle import Kind, kind_of
from twinbell.bond.code import Code, Form, check_nameplate, fresh_secret
from twinbell.bond.frozen import Frozen
from twinbell.bond.keys import Bundle
from twinbell.bond.record import VERSION, Fields, Random, fresh
from twinbell.bond.side import (
    NONCE_BYTES,
    SEED_BYTES,
    SID_BYTES,
    TOKEN_BYTES,
    Answerer,
    Giver,
    Joined,
    Outcome,
    Session,
    Side,
    State,
    end,
    words_bits,
)
from twinbell.crypto import aead, cpace, kdf, xwing
from twinbell.encoding import Value, decode, encode, lv
from twinbell.errors import Damaged, Mistaken
from twinbell.wire.limits import PAIRING_ANSWER_S as ANSWER_WITHIN_S
from twinbell.wire.limits import PAIRING_FINISH_S as FINISH_WITHIN_S
from twinbell.wire.limits import PAIRING_PART_BYTES_MAX as MESSAGE_BYTES_MAX

__all__ = [
    "ANSWER_WITHIN_S", "FINISH_WITHIN_S", "MESSAGE_BYTES_MAX", "Answerer", "Burn", "Check", "Event",
    "Fetch", "Giver", "Gone", "Joined", "Message", "Outcome", "Place", "Placed", "Put", "Refused",
    "Session", "State", "Stored", "Tick", "Todo", "answer", "give", "step", "todo", "words_bits",
]  # fmt: skip

CHANNEL = b"twinbell/v1/bell"  # CPace's CI
LABEL_NONCE = b"twinbell/v1/nonce"
LABEL_TRANSCRIPT = b"twinbell/v1/th"

FETCH_SLACK_S = 60  # a long poll, and two clocks

# Said to the one who meant the other kind. It burns the bell: neither gets a bond they did not ask for.
_OTHER_KIND = {
    Kind.GUARDIAN: "They meant this bell for a guardian, and you did not. Give a new one.",
    Kind.PAIR: "They meant this bell for a pair, and you meant it for a guardian. Give a new one.",
}


# What happens to a side.


class Placed(Frozen):
    """The relay has taken m1 and given the bell a nameplate."""

    nameplate: str


class Message(Frozen):
    """A message of the other side was there."""

    number: int
    data: bytes


class Stored(Frozen):
    """The relay has taken our message of this number."""

    number: int


class Refused(Frozen):
    """The relay has another message of this number, or another's token (409)."""

    number: int


class Gone(Frozen):
    """The relay says that this bell is burnt, expired or unknown (404, 410). Nobody has signed that."""


class Check(Frozen):
    """SPENT has been saved: the tag may be looked at. Also something to do, where it stands in `todo`."""


class Tick(Frozen):
    """Time has passed."""


Event: TypeAlias = Placed | Message | Stored | Refused | Gone | Check | Tick


# What a side asks for.


class Place(Frozen):
    """Make a pairing mailbox with this m1, and answer with `Placed`."""

    form: Form
    m1: bytes


class Put(Frozen):
    """Put this message there, and answer with `Stored`, `Refused` or `Gone`."""

    number: int
    data: bytes


class Fetch(Frozen):
    """Wait for the message of this number, and answer with `Message`, `Gone` or `Tick`."""

    number: int


class Burn(Frozen):
    """Delete the pairing mailbox, so that the other side is told; it does not matter if that fails."""


Todo: TypeAlias = Place | Put | Fetch | Check | Burn


def give(bundle: bytes, *, form: Form, relay: str, now_s: int, random: Random = fresh) -> Giver:
    """Return a giver with a fresh secret; `bundle` is our signed bundle. Save it, then ask `todo`."""
    secret, sid = fresh_secret(form, random), random(SID_BYTES)
    scalar, kem_seed, nonce = random(cpace.SCALAR_BYTES), random(SEED_BYTES), random(NONCE_BYTES)
    data: Value = [
        1,
        "giver",
        xwing.public(kem_seed),
        kdf.sha256(LABEL_NONCE, nonce),
        kdf.sha256(bundle),
    ]
    share = cpace.share(scalar, cpace.generator(secret.encode(), sid=sid, channel=CHANNEL))
    m1 = encode({"v": VERSION, "type": "bell-1", "sid": sid, "y": share, "ad": encode(data)})
    return Giver(
        state=State.NEW,
        form=form,
        relay=relay,
        nameplate="",
        secret=secret,
        token=random(TOKEN_BYTES),
        sid=sid,
        scalar=scalar,
        kem_seed=kem_seed,
        nonce=nonce,
        bundle=bundle,
        made_s=now_s,
        m1=m1,
    )


def answer(code: Code, bundle: bytes, *, now_s: int, random: Random = fresh) -> Answerer:
    """Return an answerer for `code`; `bundle` is our signed bundle. Save it, then ask `todo`.

    A person asked for it by a tap or a command: a link that is merely opened must not answer. Raises
    `Mistaken` where the bundle is for another kind of bond than the code.
    """
    if kind_of(bundle) is not code.kind:
        raise Mistaken("This bell is given for another kind of bond.")
    return Answerer(
        state=State.CALLED, code=code, token=random(TOKEN_BYTES), bundle=bundle, made_s=now_s, random=random
    )


def todo(side: Giver | Answerer) -> tuple[Todo, ...]:
    """Return what is to be done in this state, in this order; all of it may be repeated."""
    if isinstance(side, Giver):
        match side.state:
            case State.NEW:
                return (Place(side.form, side.m1),)
            case State.OFFERED:
                return (Fetch(2),)
            case State.SPENT:
                return (Check(),)
            case State.CONFIRMED:
                return (Put(3, side.m3), Fetch(4))
    else:
        match side.state:
            case State.CALLED:
                return (Fetch(1),)
            case State.ANSWERED:
                return (Put(2, side.m2), Fetch(3))
            case State.JOINED:
                return (Put(4, side.m4),)
    return (Burn(),) if side.state in (State.WRONG_CODE, State.BURNT, State.EXPIRED) else ()


def step(side: Side, event: Event, now_s: int) -> Side:
    """Return the side after `event`. What does not belong to its state changes nothing.

    Save it before doing what `todo` says next. Never raises for what came from outside.
    """
    if side.outcome is not None:
        if (
            side.state is State.JOINED
            and isinstance(side, Answerer)
            and event in (Stored(4), Refused(4), Gone())
        ):
            return replace(side, state=State.DONE)
        return side
    if now_s > _deadline(side):
        return end(side, State.EXPIRED, "Nobody answered this bell in time.")
    handler = _TABLE.get((type(side), side.state, type(event)))
    return handler(side, event, now_s) if handler else side


def _deadline(side: Giver | Answerer) -> int:
    if side.state in (State.NEW, State.OFFERED):
        return side.made_s + ANSWER_WITHIN_S + FETCH_SLACK_S
    return side.made_s + FINISH_WITHIN_S


# The giver.


def _placed(giver: Giver, event: Placed, now_s: int) -> Giver:
    try:
        return replace(giver, state=State.OFFERED, nameplate=check_nameplate(giver.form, event.nameplate))
    except Damaged as error:
        return end(giver, State.BURNT, str(error))


def _spend(giver: Giver, event: Message, now_s: int) -> Giver:
    return replace(giver, state=State.SPENT, m2=event.data) if event.number == 2 else giver


def _check(giver: Giver, event: Check, now_s: int) -> Giver:
    """Look at the tag, once. Whatever is wrong with m2 was somebody's one guess."""
    try:
        fields = Fields.of(giver.m2, "bell-2", bytes_max=MESSAGE_BYTES_MAX)
        share, data = fields.data("y", cpace.SHARE_BYTES), fields.data("ad")
        ciphertext, _ = _associated(data, "answerer", xwing.CIPHERTEXT_BYTES, 32)
        run = cpace.finish(giver.scalar, _transcript(giver.m1, share, data), sid=giver.sid, initiator=True)
        cpace.check_tag(run.tag_b, fields.data("tag", cpace.TAG_BYTES))
        kem_secret = xwing.decapsulate(giver.kem_seed, ciphertext)
    except Damaged:
        return end(giver, State.WRONG_CODE, "Somebody answered this bell with a wrong code.")
    session = Session.derive(_hash(giver.m1, giver.m2), run.isk, kem_secret)
    m3 = encode(
        {
            "v": VERSION,
            "type": "bell-3",
            "tag": run.tag_a,
            "nonce": giver.nonce,
            "sealed": aead.seal(session.key_a, giver.bundle, aad=session.transcript),
        }
    )
    return replace(giver, state=State.CONFIRMED, session=session, m3=m3, scalar=b"", kem_seed=b"")


def _finish(giver: Giver, event: Message, now_s: int) -> Giver:
    if event.number != 4 or giver.session is None:
        return giver
    try:
        fields = Fields.of(event.data, "bell-4", bytes_max=MESSAGE_BYTES_MAX)
        _, peer_hash = _associated(_ad(giver.m2), "answerer", xwing.CIPHERTEXT_BYTES, 32)
        peer = _bundle(giver.session.key_b, fields.data("sealed"), giver.session.transcript, peer_hash)
        _not_ourselves(peer, giver.bundle)
    except Damaged:
        return end(giver, State.BURNT, "The answer to this bell was changed on the way.")
    if peer.kind is not kind_of(giver.bundle):
        return end(giver, State.BURNT, _OTHER_KIND[peer.kind])
    return replace(giver, state=State.JOINED, peer=peer.signed, joined_s=now_s)


# The answerer.


def _answer(answerer: Answerer, event: Message, now_s: int) -> Answerer:
    if event.number != 1:
        return answerer
    try:
        fields = Fields.of(event.data, "bell-1", bytes_max=MESSAGE_BYTES_MAX)
        sid, theirs, data_a = fields.data("sid", SID_BYTES), fields.data("y", 32), fields.data("ad")
        key, commitment, peer_hash = _associated(data_a, "giver", xwing.PUBLIC_BYTES, 32, 32)
        ciphertext, kem_secret = xwing.encapsulate(key)
        data_b = encode([1, "answerer", ciphertext, kdf.sha256(answerer.bundle)])
        scalar = answerer.random(cpace.SCALAR_BYTES)
        share = cpace.share(scalar, cpace.generator(answerer.code.password, sid=sid, channel=CHANNEL))
        transcript = cpace.Transcript(share_a=theirs, data_a=data_a, share_b=share, data_b=data_b)
        run = cpace.finish(scalar, transcript, sid=sid, initiator=False)
    except Damaged:
        return end(answerer, State.BURNT, "What hangs at this relay is not a bell.")
    m2 = encode({"v": VERSION, "type": "bell-2", "y": share, "ad": data_b, "tag": run.tag_b})
    return replace(
        answerer,
        state=State.ANSWERED,
        commitment=commitment,
        peer_hash=peer_hash,
        tag_a=run.tag_a,
        m2=m2,
        session=Session.derive(_hash(event.data, m2), run.isk, kem_secret),
    )


def _join(answerer: Answerer, event: Message, now_s: int) -> Answerer:
    session = answerer.session
    if event.number != 3 or session is None:
        return answerer
    try:
        fields = Fields.of(event.data, "bell-3", bytes_max=MESSAGE_BYTES_MAX)
        cpace.check_tag(answerer.tag_a, fields.data("tag", cpace.TAG_BYTES))
        nonce = fields.data("nonce", NONCE_BYTES)
        _check_nonce(nonce, answerer.commitment)
        peer = _bundle(session.key_a, fields.data("sealed"), session.transcript, answerer.peer_hash)
        _not_ourselves(peer, answerer.bundle)
    except Damaged:
        return end(answerer, State.BURNT, "The answer of the giver does not fit: somebody may be between.")
    if peer.kind is not answerer.code.kind:
        return end(answerer, State.BURNT, _OTHER_KIND[peer.kind])
    sealed = aead.seal(session.key_b, answerer.bundle, aad=session.transcript)
    m4 = encode({"v": VERSION, "type": "bell-4", "sealed": sealed})
    return replace(answerer, state=State.JOINED, nonce=nonce, peer=peer.signed, m4=m4, joined_s=now_s)


# Nobody signs a 404 or a 410, and a relay may lie: these sentences say "it seems".


def _refused(side: Side, event: Refused, now_s: int) -> Side:
    if side.state is State.CONFIRMED and event.number == 3:
        return end(side, State.BURNT, "It seems that somebody else has written in your name.")
    if side.state is State.ANSWERED and event.number == 2:
        return end(side, State.BURNT, "It seems that somebody else has answered this bell.")
    return side


def _gone(side: Side, event: Gone, now_s: int) -> Side:
    if side.state is State.ANSWERED:
        return end(side, State.WRONG_CODE, "It seems that the code was not right.")
    return end(side, State.BURNT, "It seems that this bell is burnt, or that its time is over.")


_TABLE: dict[tuple[type, State, type], Callable] = {  # type: ignore[type-arg]
    (Giver, State.NEW, Placed): _placed,
    (Giver, State.OFFERED, Message): _spend,
    (Giver, State.OFFERED, Gone): _gone,
    (Giver, State.SPENT, Check): _check,
    (Giver, State.CONFIRMED, Message): _finish,
    (Giver, State.CONFIRMED, Refused): _refused,
    (Giver, State.CONFIRMED, Gone): _gone,
    (Answerer, State.CALLED, Message): _answer,
    (Answerer, State.CALLED, Gone): _gone,
    (Answerer, State.ANSWERED, Message): _join,
    (Answerer, State.ANSWERED, Refused): _refused,
    (Answerer, State.ANSWERED, Gone): _gone,
}


# What both sides compute.


def _hash(m1: bytes, m2: bytes) -> bytes:
    return kdf.sha256(LABEL_TRANSCRIPT, lv(m1), lv(m2))


def _transcript(m1: bytes, share_b: bytes, data_b: bytes) -> cpace.Transcript:
    ours = Fields.of(m1, "bell-1", bytes_max=MESSAGE_BYTES_MAX)
    return cpace.Transcript(share_a=ours.data("y"), data_a=ours.data("ad"), share_b=share_b, data_b=data_b)


def _ad(m2: bytes) -> bytes:
    return Fields.of(m2, "bell-2", bytes_max=MESSAGE_BYTES_MAX).data("ad")


def _associated(data: bytes, role: str, *lengths: int) -> tuple[bytes, ...]:
    """Return what stands behind [1, role] in one side's associated data; raise `Damaged` unless it fits."""
    value = decode(data, bytes_max=MESSAGE_BYTES_MAX)
    if not isinstance(value, list) or len(value) != 2 + len(lengths) or value[:2] != [1, role]:
        raise Damaged("This message of a bell is not what it should be.")
    for item, length in zip(value[2:], lengths, strict=True):
        if not isinstance(item, bytes) or len(item) != length:
            raise Damaged("This message of a bell is not what it should be.")
    return tuple(value[2:])  # type: ignore[arg-type]


def _check_nonce(nonce: bytes, commitment: bytes) -> None:
    """Without this, whoever is in the middle could try nonces until both see the same words."""
    if not hmac.compare_digest(kdf.sha256(LABEL_NONCE, nonce), commitment):
        raise Damaged("The giver opened another nonce than the one that was promised.")


def _bundle(key: bytes, sealed: bytes, transcript: bytes, expected: bytes) -> Bundle:
    """Open and check the other's bundle. That it opens is the confirmation of X-Wing's part of the key."""
    signed = aead.open_(key, sealed, aad=transcript)
    if not hmac.compare_digest(kdf.sha256(signed), expected):
        raise Damaged("This is not the bundle that was promised.")
    return Bundle.parse(signed)


def _not_ourselves(peer: Bundle, ours: bytes) -> None:
    if peer.root == Bundle.parse(ours).root:
        raise Damaged("This bell was answered by the one who gave it.")
