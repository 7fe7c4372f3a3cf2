"""Rooms: two seats each, in memory alone, and whatever is said goes to the other seat or nowhere.

The relay learns that two connections are there and which bytes they exchange, all of one length at one pace.
It keeps none, and forgets a room when the second of the two has left. Who enters an empty room first sets the
token; SHA-256 of it is compared, as with mailboxes. A seat that is taken again passes on: the connection that
had it may be dead without knowing, and a phone that comes back must not wait for that.
"""

from typing import Protocol

from twinbell.clock import Clock
from twinbell.errors import Unauthorised
from twinbell.wire import room as wire
from twinbell.wire.limits import ROOM_SAYS_BURST, ROOM_SAYS_PER_S
from twinbell.wire.problems import Problem

_MEETING_MAX = 2**32 - 1


class Sitter(Protocol):
    """The socket of somebody in a room."""

    def send(self, data: bytes) -> None: ...
    def put_out(self, channel: int, problem: Problem) -> None: ...


class Seat:
    """One connection's place in a room."""

    __slots__ = ("_at_s", "_left", "channel", "index", "room", "socket")

    def __init__(self, room: "Room", index: int, socket: Sitter, channel: int, now_s: float) -> None:
        self.room = room
        self.index = index
        self.socket = socket
        self.channel = channel
        self._left, self._at_s = float(ROOM_SAYS_BURST), now_s

    @property
    def other(self) -> "Seat | None":
        return self.room.seats[1 - self.index]

    def may_say(self, now_s: float) -> bool:
        """Count something said; return whether that is within the budget."""
        self._left = min(float(ROOM_SAYS_BURST), self._left + (now_s - self._at_s) * ROOM_SAYS_PER_S) - 1
        self._at_s = now_s
        return self._left >= 0


class Room:
    """Two seats, and the number of times that both were filled."""

    __slots__ = ("id", "meeting", "seats", "token_hash")

    def __init__(self, id_: bytes, token_hash: bytes) -> None:
        self.id = id_
        self.token_hash = token_hash
        self.meeting = 0
        self.seats: list[Seat | None] = [None, None]


class Rooms:
    """All rooms in which somebody is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rooms: dict[bytes, Room] = {}

    def __len__(self) -> int:
        return len(self._rooms)

    def is_empty(self, room: bytes) -> bool:
        """Tell whether nobody is there, so that whoever enters sets the token."""
        return room not in self._rooms

    def enter(self, enter: wire.Enter, token_hash: bytes, socket: Sitter) -> tuple[Seat, Seat | None]:
        """Take a seat and tell both who is there; return it, and whose it was, who is to be put out.

        Raises `Unauthorised` if the room has another token.
        """
        room = self._rooms.get(enter.room)
        if room is None:
            room = self._rooms[enter.room] = Room(enter.room, token_hash)
        elif room.token_hash != token_hash:
            raise Unauthorised
        before = room.seats[enter.seat]
        if before is not None and before.other is not None:
            _tell_left(before.other)
        seat = room.seats[enter.seat] = Seat(room, enter.seat, socket, enter.channel, self._clock.boot_s())
        here = 1
        if seat.other is not None:
            here, room.meeting = 2, room.meeting % _MEETING_MAX + 1
            _tell(seat.other, here)
        _tell(seat, here)
        return seat, before

    def say(self, seat: Seat, say: wire.Say) -> None:
        """Hand on what was said in the present company; what was on its way to somebody else is dropped."""
        if not seat.may_say(self._clock.boot_s()):
            self.leave(seat)
            seat.socket.put_out(seat.channel, Problem.TOO_FAST)
            return
        other = seat.other
        if other is not None and say.meeting == seat.room.meeting:
            other.socket.send(wire.Say(other.channel, say.meeting, say.body).to_bytes())

    def leave(self, seat: Seat) -> None:
        """Give the seat up, and tell the other one."""
        if seat.room.seats[seat.index] is seat:
            seat.room.seats[seat.index] = None
            if seat.other is not None:
                _tell_left(seat.other)
            else:
                del self._rooms[seat.room.id]


def _tell_left(seat: Seat) -> None:
    seat.socket.send(wire.Left(seat.channel).to_bytes())


def _tell(seat: Seat, here: int) -> None:
    seat.socket.send(wire.Entered(seat.channel, here, seat.room.meeting).to_bytes())
