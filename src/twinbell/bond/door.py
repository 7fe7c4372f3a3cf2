"""The door of a room: where two meet, and by what they know each other there.

    key   = HKDF-Extract(salt = bond id, ikm = lv(giver's inbox key) ‖ lv(answerer's inbox key))
    room, token, known = HKDF-Expand(key, a label each)

Both have all of it, so nobody has to send it, and two who knock at the same time stand before one door. Who
has both inbox keys may stand there too: that is any device of the two. New inbox keys are a new door.
"""

from dataclasses import dataclass, field

from twinbell.bond.keys import Keyring, Role
from twinbell.crypto import kdf
from twinbell.encoding import lv
from twinbell.errors import Mistaken
from twinbell.wire.limits import ID_BYTES

LABEL_PLACE = b"twinbell/v1/room/place"
LABEL_TOKEN = b"twinbell/v1/room/token"
LABEL_KNOWN = b"twinbell/v1/room/known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What is shown to the relay (`room`, the seat, `token`), and what only the two know."""

    relay: str  # the giver's: one of the two, and both know which
    bond: bytes
    role: Role  # also the seat
    room: bytes
    token: bytes = field(repr=False)
    known: bytes = field(repr=False)

    @classmethod
    def of(cls, keyring: Keyring) -> "Door":
        """Return the door as this keyring knows it; raise `Mistaken` before there is a bond."""
        if keyring.bond is None or keyring.peer is None:
            raise Mistaken("There is no bond yet, so there is no room.")
        ours, theirs = keyring.inbox, keyring.peer.inbox
        role = keyring.bond.role
        giver, answerer = (ours, theirs) if role is Role.GIVER else (theirs, ours)
        key = kdf.extract(lv(giver.key) + lv(answerer.key), salt=keyring.bond.id)
        return cls(
            relay=giver.relay,
            bond=keyring.bond.id,
            role=role,
            room=kdf.expand(key, info=LABEL_PLACE, length=ID_BYTES),
            token=kdf.expand(key, info=LABEL_TOKEN),
            known=kdf.expand(key, info=LABEL_KNOWN),
        )
