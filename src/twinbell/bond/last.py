"""Last letters: what they are locked to, and when a guardian may help to open them.

    Arming        a gate of the guardians: one seed, split among them; every letter of its epoch has it
    silence gate  one a letter: its seed goes to the relay, sealed to the reader, as a parcel
    may_release   what stands between a guardian and the release of a share
    regain        the gate's seed again, out of what guardians released, whatever liars are among them

Which lock it makes is in `lastlock.py`. Format: `docs/spec/last-letters.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import combinations, islice

from twinbell.age.hybrid import HybridIdentity, HybridRecipient
from twinbell.age.recipient import Identity
from twinbell.age.stream import decrypt, seal
from twinbell.bond.gate import GuardiansGate, SilenceGate
from twinbell.bond.guardian import Share
from twinbell.bond.record import Random, fresh
from twinbell.bond.watchkeys import HeldShare, Seat
from twinbell.bond.watchsight import terms_of
from twinbell.crypto import kdf
from twinbell.errors import Damaged
from twinbell.wire.limits import WATCH_GUARDIANS_MAX, WATCH_PARCEL_BYTES_MAX
from twinbell.wire.silence import Answer

SEED_BYTES = 32
DURESS_S = 40 * 86_400  # the mark of the writer's client is set for 35 days, and a note may be a week old
_TRIES_MAX = 2_000  # sets of shares that are tried: far more than seven guardians have


@dataclass(frozen=True, slots=True)
class Arming:
    """A new gate of the guardians. The shares go out, and are then let go of; the gate stays."""

    gate: GuardiansGate
    words: tuple[str, ...] = field(repr=False)  # a share for each guardian, in their order

    def share(self, place: int, *, watch: bytes, epoch: int) -> Share:
        """Return what the guardian at `place` (from 0) is sent."""
        gate = self.gate
        return Share(
            watch, epoch, gate_hash(gate.recipient), self.words[place], gate.threshold, gate.guardians
        )


def arm(k: int, n: int, *, random: Random = fresh) -> Arming:
    """Return a fresh gate that `k` of `n` guardians open together; raise `Mistaken` where that cannot be."""
    from twinbell.crypto import shares

    seed = random(SEED_BYTES)
    words = tuple(shares.split(seed, k, n))
    return Arming(GuardiansGate(HybridIdentity(seed).recipient.public, k, n), words)


def gate_hash(recipient: bytes) -> bytes:
    """Return how a share names its gate."""
    return kdf.sha256(recipient)


@dataclass(frozen=True, slots=True)
class Silence:
    """A fresh silence gate of one letter, and the parcel for the relay."""

    gate: SilenceGate
    parcel: bytes = field(repr=False)


def silence(watch: bytes, recipients: Sequence[bytes], *, random: Random = fresh) -> Silence:
    """Return the silence gate of a letter. `recipients` are the reader's letter and kit recipients."""
    identity = HybridIdentity(random(SEED_BYTES))
    parcel = seal(f"{identity}\n".encode(), [HybridRecipient(each) for each in recipients])
    return Silence(SilenceGate(identity.recipient.public, watch), parcel)


def open_parcel(parcel: bytes, identities: Sequence[Identity], gate: SilenceGate) -> bytes:
    """Return the seed of a silence gate out of its parcel.

    Raises `NotForMe` if none of `identities` opens it, `Damaged` for what is not the key of this gate.
    """
    if len(parcel) > WATCH_PARCEL_BYTES_MAX:
        raise Damaged("What the relay released is no key.")
    plain = decrypt(BytesIO(parcel), identities).read()
    try:
        identity = HybridIdentity.parse(plain.decode("ascii").removesuffix("\n"))
    except (ValueError, Damaged):
        raise Damaged("What the relay released is no key.") from None
    if identity.recipient.public != gate.recipient:
        raise Damaged("What the relay released is the key of another letter.")
    return identity.seed


@dataclass(frozen=True, slots=True)
class Regained:
    """The seed of a gate, and which of the shares (from 0) were not of it."""

    seed: bytes = field(repr=False)
    false: tuple[int, ...]


def regain(gate: GuardiansGate, words: Sequence[str]) -> Regained | None:
    """Return the seed of `gate` out of the shares that were released; None while they are not enough.

    The gate's recipient decides which shares are true, so a liar among them neither stops nor misleads.
    Raises `Damaged` where as many as are needed are there and no such set of them gives the seed.
    """
    whole = [_whole(text) for text in words]
    distinct = [text for text in dict.fromkeys(whole) if text][: 3 * WATCH_GUARDIANS_MAX]
    if len(distinct) < gate.threshold:
        return None
    for some in islice(combinations(distinct, gate.threshold), _TRIES_MAX):
        seed = _seed(gate, some)
        if seed is not None:
            true = {text for text in distinct if text in some or _seed(gate, (*some[1:], text))}
            return Regained(seed, tuple(place for place, text in enumerate(whole) if text not in true))
    raise Damaged("The shares that were released do not open this: one of them is false.")


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a guardian may release: not with a refusal. A warning is shown, and then asked again."""

    refusal: str = ""
    warning: str = ""

    @property
    def allowed(self) -> bool:
        return not self.refusal


def may_release(seat: Seat, held: HeldShare, *, answer: Answer | None, writer: str, now_s: int) -> Ruling:
    """Return whether the guardian in `seat` may release this share, or the sentence why not.

    `answer` is what this guardian has said themselves to the question whether they have heard from `writer`.
    Everything else is what their own client has checked, so that a relay which lies can ask falsely, and
    get nothing by it.
    """
    given = seat.held(now_s)
    if given is None:
        return Ruling(f"{writer} has not given you a seat yet.")
    terms = terms_of(given)
    if seat.stopped == terms.stop:
        return Ruling(f"The watch of {writer} was stopped with the code on paper. Nothing is opened.")
    if answer is Answer.YES:
        return Ruling(f"You said that you have heard from {writer}.")
    if answer is not Answer.NO:
        return Ruling(f"Say first whether you have heard from {writer}.")
    if seat.away_s > now_s:
        return Ruling(f"{writer} said that they would be away, and that time is not over.")
    # To give a share is an act of the writer's too: before any sign of life has come, this one counts.
    last_s = min(max(seat.life_s, seat.away_s, held.since_s), now_s)
    wait_s = (terms.every + terms.grace) * terms.unit_s
    if now_s - last_s < wait_s:
        return Ruling(f"You hold a sign of life of {writer} that is too new.")
    if seat.duress_s and now_s - seat.duress_s < DURESS_S:
        return Ruling(
            warning=f"The last sign of {writer} said that they were not free. Ask somebody who has seen them."
        )
    return Ruling()


def _whole(text: str) -> str:
    """Return the words of a share in full; nothing where it is none."""
    from twinbell.crypto import shares

    try:
        return shares.normal(text)
    except Damaged:
        return ""


def _seed(gate: GuardiansGate, words: Sequence[str]) -> bytes | None:
    """Return the seed that these shares give, if it is the one of this gate."""
    from twinbell.crypto import shares

    try:
        seed = shares.combine(words)
    except Damaged:
        return None
    return seed if HybridIdentity(seed).recipient.public == gate.recipient else None
