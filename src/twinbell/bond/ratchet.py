"""The keys of one meeting: a chain for each direction, of which every link is used once and forgotten.

    transcript = SHA-256(label ‖ lv of: bond id, room, giver's hello, answerer's, giver's answer, answerer's)
    key        = HKDF-Extract(salt = transcript, ikm = giver's X-Wing secret ‖ answerer's ‖ what both know)
    chain      = HKDF-Expand(key, a label for each direction)

    chain ─┬─ the key of this frame
           └─ the next chain ─┬─ …

No link leads back. Both X-Wing keys are made for this meeting and live as long as it, so whoever records it
and later has every key of both vaults has the third part of the key and neither of the first two.
"""

from dataclasses import dataclass, field

from twinbell.bond.keys import Role
from twinbell.crypto import aead, kdf
from twinbell.encoding import lv

LABEL_TRANSCRIPT = b"twinbell/v1/room/transcript"
LABEL_CHAIN = {Role.GIVER: b"twinbell/v1/room/giver", Role.ANSWERER: b"twinbell/v1/room/answerer"}
LABEL_FRAME = b"twinbell/v1/room/frame"
LABEL_NEXT = b"twinbell/v1/room/next"


@dataclass(frozen=True, slots=True)
class Ratchet:
    """One direction: what seals, or opens, the next frame and all after it."""

    chain: bytes = field(repr=False)

    def seal(self, plain: bytes) -> tuple[bytes, "Ratchet"]:
        """Return the next frame, and what is left when its key is forgotten.

        The nonce is zeros: a key seals one frame.
        """
        return aead.seal(self._key, plain), self._after

    def open(self, sealed: bytes) -> tuple[bytes, "Ratchet"]:
        """Return what the next frame says; raise `Damaged` for any other, also one that was right before."""
        return aead.open_(self._key, sealed), self._after

    @property
    def _key(self) -> bytes:
        return kdf.expand(self.chain, info=LABEL_FRAME)

    @property
    def _after(self) -> "Ratchet":
        return Ratchet(kdf.expand(self.chain, info=LABEL_NEXT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What one side has said of itself in a meeting: its greeting, its answer, and the secret in that."""

    hello: bytes
    answer: bytes
    secret: bytes = field(repr=False)


def transcript(bond: bytes, room: bytes, giver: Greeting, answerer: Greeting) -> bytes:
    """Return the hash of all that was said before there was a key."""
    said = (bond, room, giver.hello, answerer.hello, giver.answer, answerer.answer)
    return kdf.sha256(LABEL_TRANSCRIPT, *map(lv, said))


def chains(
    *, bond: bytes, room: bytes, known: bytes, giver: Greeting, answerer: Greeting
) -> dict[Role, Ratchet]:
    """Return the chain of what each sends; `known` is what only these two know, of old."""
    salt = transcript(bond, room, giver, answerer)
    key = kdf.extract(giver.secret + answerer.secret + known, salt=salt)
    return {role: Ratchet(kdf.expand(key, info=label)) for role, label in LABEL_CHAIN.items()}
