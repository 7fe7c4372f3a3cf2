"""What is heard in a room: in whichever state, nothing is raised and nobody is taken for the other.

The first byte says where the side is; the rest is heard. Behind the keys, the rest is what a frame says.
"""

from collections.abc import Iterator

from twinbell.bond import room
from twinbell.bond.door import Door
from twinbell.bond.keys import Role
from twinbell.bond.room import Entered, Heard, Room, State
from twinbell.bond.thought import Moment, Thought
from twinbell.crypto import xwing
from twinbell.errors import Damaged

DOOR = Door(relay="", bond=bytes(32), role=Role.GIVER, room=bytes(16), token=bytes(32), known=bytes(32))
SEED = bytes(32)
HELLO = b"\x01\x01\x01" + xwing.public(SEED)
ALONE, GREETING, ANSWERED, CONFIRMING, INSIDE = range(5)


def seeds() -> Iterator[bytes]:
    yield bytes([GREETING]) + HELLO
    yield bytes([ANSWERED]) + xwing.encapsulate(xwing.public(SEED))[0]
    yield bytes([INSIDE]) + Moment(hand=True, thought=Thought(7, "the lamp", False)).encode()
    yield bytes([INSIDE]) + Moment(hand=False, leaves=True).encode()


def one(data: bytes) -> bool:
    stage, body = data[:1], data[1:]
    if not stage or stage[0] > INSIDE or not body:
        return False
    if stage[0] == INSIDE:
        return _moment(body)
    here = _side(stage[0])
    after, effects = room.step(here, Heard(1, body))
    assert after.state in (here.state, State.OUTSIDE, State.ANSWERED, State.CONFIRMING)
    assert not any(isinstance(each, room.Tell) and isinstance(each.news, Thought) for each in effects)
    return after.state not in (here.state, State.OUTSIDE)


def _moment(plain: bytes) -> bool:
    try:
        moment = Moment.parse(plain)
    except Damaged:
        return False
    assert Moment.parse(moment.encode()) == moment
    return True


def _side(stage: int) -> Room:
    here, _ = room.step(Room(door=DOOR), Entered(2, 1), random=lambda _: SEED)
    if stage == ALONE:
        here, _ = room.step(Room(door=DOOR), Entered(1, 1))
    if stage >= ANSWERED:
        here, _ = room.step(here, Heard(1, HELLO))
    if stage >= CONFIRMING:
        here, _ = room.step(here, Heard(1, xwing.encapsulate(xwing.public(SEED))[0]))
    return here
