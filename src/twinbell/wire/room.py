"""What travels between a room and the relay that holds it: four frames beside those of `frame.py`.

    ENTER channel room seat token   →
                                    ←    ENTERED channel here meeting      1: alone; 2: both
    SAY channel meeting body        →         to the other, as it came
                                    ←    SAY channel meeting body
    LEFT channel                    →         I leave
                                    ←    LEFT channel                      the other has left

A room is two seats in the relay's memory, and a relay that is started anew knows of none. Whoever enters an
empty room first says which token it takes. `meeting` counts how often both seats were filled: what was on its
way to somebody who has left reaches nobody else. Which seat is whose, and what is said, is `bond/room.py`'s.
"""

from struct import Struct
from typing import NamedTuple, TypeAlias

from twinbell.errors import Damaged
from twinbell.wire.limits import ROOM_SAY_BYTES_MAX

ENTER, ENTERED, SAY, LEFT = range(9, 13)
SEATS = 2

_ENTER = Struct(">BH16sB32s")
_ENTERED = Struct(">BHBI")
_SAY = Struct(">BHI")
_LEFT = Struct(">BH")


class Enter(NamedTuple):
    """Take this seat of a room. Who sits there already is told that the seat is taken, and is out."""

    channel: int
    room: bytes
    seat: int
    token: bytes

    def to_bytes(self) -> bytes:
        return _ENTER.pack(ENTER, self.channel, self.room, self.seat, self.token)

    def __repr__(self) -> str:
        return f"Enter(channel={self.channel})"


class Entered(NamedTuple):
    """So many are in the room now, the one who is told among them."""

    channel: int
    here: int
    meeting: int

    def to_bytes(self) -> bytes:
        return _ENTERED.pack(ENTERED, self.channel, self.here, self.meeting)


class Say(NamedTuple):
    """Something for the other one, or from them. It is not kept: who has left does not get it."""

    channel: int
    meeting: int
    body: bytes

    def to_bytes(self) -> bytes:
        return _SAY.pack(SAY, self.channel, self.meeting) + self.body


class Left(NamedTuple):
    """From a client: I leave, and the channel is free. From the relay: the other one has left."""

    channel: int

    def to_bytes(self) -> bytes:
        return _LEFT.pack(LEFT, self.channel)


RoomFrame: TypeAlias = Enter | Entered | Say | Left


def parse(data: bytes) -> RoomFrame:
    """Return the frame of a room that `data` holds, not empty; raise `Damaged` unless it is exactly one."""
    kind = data[0]
    if kind == SAY:
        return _parse_say(data)
    layout = _LAYOUTS.get(kind)
    if layout is None:
        raise Damaged("This frame is of a kind that is not known.")
    if len(data) != layout.size:
        raise Damaged("This frame has the wrong length.")
    fields = layout.unpack(data)
    if kind == ENTER:
        if fields[3] >= SEATS:
            raise Damaged("A room has two seats.")
        return Enter(*fields[1:])
    if kind == ENTERED:
        if not 1 <= fields[2] <= SEATS:
            raise Damaged("In a room are one or two.")
        return Entered(*fields[1:])
    return Left(fields[1])


def _parse_say(data: bytes) -> Say:
    body = data[_SAY.size :]
    if not 0 < len(body) <= ROOM_SAY_BYTES_MAX:
        raise Damaged(f"What is said in a room has 1 to {ROOM_SAY_BYTES_MAX} bytes.")
    _, channel, meeting = _SAY.unpack_from(data)
    return Say(channel, meeting, body)


_LAYOUTS = {ENTER: _ENTER, ENTERED: _ENTERED, LEFT: _LEFT}
