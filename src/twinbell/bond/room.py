"""The room: both are present, and nothing that is said is kept.

    OUTSIDE     Entered(1)   ALONE           CONFIRMING   their first frame   TOGETHER
    OUTSIDE     Entered(2)   GREETING        TOGETHER     frames, beats       TOGETHER
    ALONE       Entered(2)   GREETING        TOGETHER     their leave         ALONE
    GREETING    their hello  ANSWERED        any inside   TheyLeft            ALONE
    ANSWERED    their answer CONFIRMING      any          Leave, Lost, …      OUTSIDE, with nothing in it

Each makes an X-Wing key for this meeting and shows it (hello); each encapsulates to the other's (answer);
both secrets, what both know of old, and all that was said make the keys (`ratchet.py`). The first frame under
them confirms: only when the other's has opened is anything of a person's said. Who stands at the door and is
not the other one does not get that far, and is told of.

From then on one frame goes at each `Beat`, said something or not: whoever counts frames learns that two are
there, and not who thinks, writes or is silent. A frame that does not open is the end of the meeting, since
none can be lost or overtake on the way. To come back is to begin anew, with new keys.

    (room, effects) = step(room, event)

Nothing here is ever saved. It reads no clock: beats are counted. docs/spec/room.md has the bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

from twinbell.bond.door import Door
from twinbell.bond.frozen import Frozen
from twinbell.bond.keys import Role
from twinbell.bond.ratchet import Greeting, Ratchet, chains
from twinbell.bond.record import Random, fresh
from twinbell.bond.thought import Moment, Thought
from twinbell.crypto import xwing
from twinbell.errors import Damaged

BEAT_MS = 250  # quick enough for words to appear as they are thought, and four frames a second
SILENT_BEATS = 60  # a quarter of a minute without the other's beat: they are gone, whatever the relay says

VERSION = 1
HELLO_BYTES = 3 + xwing.PUBLIC_BYTES


class State(Enum):
    """What is waited for."""

    OUTSIDE = "outside"
    ALONE = "alone"  # in the room, and nobody else
    GREETING = "greeting"  # for their hello
    ANSWERED = "answered"  # for their answer
    CONFIRMING = "confirming"  # for their first frame
    TOGETHER = "together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One side of a room. Frozen: `step` returns the next one, and the one before is to be dropped."""

    door: Door
    state: State = State.OUTSIDE
    meeting: int = 0
    first: bool = False  # whether we were here before the other, as the relay says and both confirm
    seed: bytes = field(repr=False, default=b"")  # of our X-Wing key, until the keys are made
    hello: bytes = field(repr=False, default=b"")  # ours
    their_hello: bytes = field(repr=False, default=b"")
    answer: bytes = field(repr=False, default=b"")  # ours
    secret: bytes = field(repr=False, default=b"")  # in our answer
    sending: Ratchet | None = None
    receiving: Ratchet | None = None
    hand: bool = False
    their_hand: bool = False
    thoughts: tuple[Thought, ...] = field(repr=False, default=())  # what waits for a beat
    silent: int = 0  # beats since we heard from the other


# What happens. `Entered`, `TheyLeft`, `SeatTaken` and `Heard` come from the relay.


class Entered(Frozen):
    """We are in the room, and so many are there; `meeting` is the relay's number for this company."""

    here: int
    meeting: int


class TheyLeft(Frozen):
    """The other connection is gone."""


class SeatTaken(Frozen):
    """Somebody else sits in our seat: another device of ours, or whoever knows the way."""


class Lost(Frozen):
    """Our own connection is gone."""


class Heard(Frozen):
    """The other connection has said this."""

    meeting: int
    body: bytes


class Beat(Frozen):
    """A quarter of a second has passed."""


class Think(Frozen):
    """The person writes; nobody hears it unless both are here."""

    thought: Thought


class Press(Frozen):
    """The person's hand is there, or no longer."""

    pressed: bool


class Leave(Frozen):
    """The person leaves."""


Event: TypeAlias = Entered | TheyLeft | SeatTaken | Lost | Heard | Beat | Think | Press | Leave


# What is to be done.


class Say(Frozen):
    """Send this to the other, in this meeting."""

    meeting: int
    body: bytes


class GoOut(Frozen):
    """Leave the room at the relay."""


class Tell(Frozen):
    """Tell the person."""

    news: "News"


Effect: TypeAlias = Say | GoOut | Tell


# What a person is told; `…` is the other's name.


class Alone(Frozen):
    """You are in the room. … is not there yet."""


class Together(Frozen):
    """Both are here. `first`: you came first."""

    first: bool


class Gone(Frozen):
    """… has left, or was lost on the way."""

    left: bool


class Hand(Frozen):
    """The hand of … is there, or no longer."""

    pressed: bool


class Stranger(Frozen):
    """Somebody was at the door who is not …. They heard nothing."""


class Tampered(Frozen):
    """What came was changed on the way. Nothing more was said."""


class Taken(Frozen):
    """Your place in the room was taken: by another device of yours, or by somebody who should not know it."""


class NewerNeeded(Frozen):
    """… has a newer Twinbell. Update yours to meet here."""


News: TypeAlias = Alone | Together | Gone | Thought | Hand | Stranger | Tampered | Taken | NewerNeeded

Step: TypeAlias = tuple[Room, tuple[Effect, ...]]


def step(room: Room, event: Event, *, random: Random = fresh) -> Step:
    """Return the room after `event`, and what is to be done, in order. Never raises for what came."""
    return _STEPS[type(event)](room, event, random)


def _entered(room: Room, event: Entered, random: Random) -> Step:
    gone = _gone(room, left=False)
    if event.here == 1:
        return Room(door=room.door, state=State.ALONE, meeting=event.meeting), (*gone, Tell(Alone()))
    first = room.state is not State.OUTSIDE
    seed = random(xwing.SEED_BYTES)
    hello = bytes((VERSION, room.door.role, first)) + xwing.public(seed)
    greeting = Room(
        door=room.door, state=State.GREETING, meeting=event.meeting, first=first, seed=seed, hello=hello
    )
    return greeting, (*gone, Say(event.meeting, hello))


def _they_left(room: Room, event: TheyLeft, random: Random) -> Step:
    if room.state in (State.OUTSIDE, State.ALONE):
        return room, ()
    return _alone(room), _gone(room, left=False)


def _seat_taken(room: Room, event: SeatTaken, random: Random) -> Step:
    return _outside(room), (Tell(Taken()),)


def _lost(room: Room, event: Lost, random: Random) -> Step:
    return _outside(room), _gone(room, left=False)


def _heard(room: Room, event: Heard, random: Random) -> Step:
    handler = _HEARD.get(room.state)
    if handler is None or event.meeting != room.meeting:
        return room, ()
    try:
        return handler(replace(room, silent=0), event.body)
    except Damaged:
        # Before it was confirmed who they are, they are nobody; afterwards somebody is between.
        news = Tampered() if room.state is State.TOGETHER else Stranger()
        return _outside(room), (*_gone(room, left=False), GoOut(), Tell(news))


def _greeted(room: Room, body: bytes) -> Step:
    if body[:1] > bytes((VERSION,)):
        return _outside(room), (GoOut(), Tell(NewerNeeded()))
    # Each says which of the two it is, and whether it came first: unless they agree on what the relay has
    # told them of that, there is no meeting.
    expected = bytes((VERSION, room.door.role.other, not room.first))
    if len(body) != HELLO_BYTES or body[:3] != expected:
        raise Damaged("This is not how the other one greets.")
    answer, secret = xwing.encapsulate(body[3:])
    answered = replace(room, state=State.ANSWERED, their_hello=body, answer=answer, secret=secret)
    return answered, (Say(room.meeting, answer),)


def _answered(room: Room, body: bytes) -> Step:
    ours = Greeting(hello=room.hello, answer=room.answer, secret=room.secret)
    theirs = Greeting(hello=room.their_hello, answer=body, secret=xwing.decapsulate(room.seed, body))
    door = room.door
    giver, answerer = (ours, theirs) if door.role is Role.GIVER else (theirs, ours)
    made = chains(bond=door.bond, room=door.room, known=door.known, giver=giver, answerer=answerer)
    frame, sending = made[door.role].seal(Moment(hand=False).encode())
    confirming = Room(
        door=door,
        state=State.CONFIRMING,
        meeting=room.meeting,
        first=room.first,
        sending=sending,
        receiving=made[door.role.other],
    )
    return confirming, (Say(room.meeting, frame),)


def _confirmed(room: Room, body: bytes) -> Step:
    together, moment = _opened(room, body)
    if moment != Moment(hand=False):
        raise Damaged("The first frame of a meeting says nothing.")
    return replace(together, state=State.TOGETHER), (Tell(Together(room.first)),)


def _said(room: Room, body: bytes) -> Step:
    room, moment = _opened(room, body)
    if moment.leaves:
        return _alone(room), _gone(room, left=True)
    effects: list[Effect] = []
    if moment.thought is not None:
        effects.append(Tell(moment.thought))
    if moment.hand is not room.their_hand:
        effects.append(Tell(Hand(moment.hand)))
    return replace(room, their_hand=moment.hand), tuple(effects)


def _opened(room: Room, body: bytes) -> tuple[Room, Moment]:
    assert room.receiving is not None
    plain, receiving = room.receiving.open(body)
    return replace(room, receiving=receiving), Moment.parse(plain)


def _beat(room: Room, event: Beat, random: Random) -> Step:
    if room.state is not State.TOGETHER:
        return room, ()
    if room.silent >= SILENT_BEATS:
        return _outside(room), (*_gone(room, left=False), GoOut())
    thought = room.thoughts[0] if room.thoughts else None
    room = replace(room, thoughts=room.thoughts[1:], silent=room.silent + 1)
    return _says(room, Moment(room.hand, thought))


def _says(room: Room, moment: Moment) -> Step:
    assert room.sending is not None
    frame, sending = room.sending.seal(moment.encode())
    return replace(room, sending=sending), (Say(room.meeting, frame),)


def _think(room: Room, event: Think, random: Random) -> Step:
    if room.state is not State.TOGETHER:
        return room, ()
    waiting = room.thoughts
    # Of a thought that grew since the last beat, only how it is now is said.
    if waiting and waiting[-1].number == event.thought.number and not waiting[-1].done:
        waiting = waiting[:-1]
    return replace(room, thoughts=(*waiting, event.thought)), ()


def _press(room: Room, event: Press, random: Random) -> Step:
    if room.state is not State.TOGETHER:
        return room, ()
    return replace(room, hand=event.pressed), ()


def _leave(room: Room, event: Leave, random: Random) -> Step:
    if room.state is State.OUTSIDE:
        return room, ()
    said: tuple[Effect, ...] = ()
    if room.state is State.TOGETHER:
        _, said = _says(room, Moment(hand=False, leaves=True))
    return _outside(room), (*said, GoOut())


def _gone(room: Room, *, left: bool) -> tuple[Effect, ...]:
    return (Tell(Gone(left)),) if room.state is State.TOGETHER else ()


def _alone(room: Room) -> Room:
    return Room(door=room.door, state=State.ALONE, meeting=room.meeting)


def _outside(room: Room) -> Room:
    return Room(door=room.door)


_HEARD: dict[State, Callable[[Room, bytes], Step]] = {
    State.GREETING: _greeted,
    State.ANSWERED: _answered,
    State.CONFIRMING: _confirmed,
    State.TOGETHER: _said,
}

_STEPS: dict[type, Callable[..., Step]] = {
    Entered: _entered,
    TheyLeft: _they_left,
    SeatTaken: _seat_taken,
    Lost: _lost,
    Heard: _heard,
    Beat: _beat,
    Think: _think,
    Press: _press,
    Leave: _leave,
}
