"""Being in a room: a connection to the relay that holds it, a beat, and what a person thinks.

    visit = Visit(home, bond, tell, note)
    task = asyncio.create_task(visit.run())
    visit.think("I was thinking", done=False)     tell(Thought(…)) is called with what the other one thinks
    visit.leave()                                 then `run` ends

Nothing of it is written down: the rules (`bond/room.py`) have no way to, and this file saves nothing but the
knock, which is a message like any other. A connection that ends is opened anew, and that is a new meeting
with new keys. What has come to our inbox is fetched before entering, and now and then while nobody else is
there: it may bring a new inbox key of the other one, and then the door is another.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import TypeAlias, TypeVar

from twinbell.bond import room
from twinbell.bond.door import Door
from twinbell.bond.frozen import Frozen
from twinbell.bond.room import Room, State
from twinbell.bond.thought import Thought, fit
from twinbell.client import bonds, mail
from twinbell.client.bonds import BondRow
from twinbell.client.home import Home
from twinbell.client.websocket import Socket, connect
from twinbell.errors import OverQuota, Refused, Unreachable
from twinbell.wire import frame as wire
from twinbell.wire import room as wire_room
from twinbell.wire.problems import Problem, to_error

T = TypeVar("T")

CHANNEL = 1
BEAT_S = room.BEAT_MS / 1000
BEHIND_S = 1.0  # a machine that slept does not make up for beats that it missed
LOOK_S = 30.0  # how often to look for a new door while alone
AGAIN_S, AGAIN_S_MAX = 1.0, 30.0


class Knocked(Frozen):
    """Nobody was there, so the other one was called; `sent`: the relay has it."""

    sent: bool


class Held(Frozen):
    """Both hands are there, or no longer."""

    held: bool


News: TypeAlias = room.News | Knocked | Held

# After these nobody goes in again by itself: a person decides.
_ENDINGS = (room.Stranger, room.Tampered, room.Taken, room.NewerNeeded)


class Visit:
    """One person's time in the room of one bond."""

    def __init__(
        self,
        home: Home,
        bond: BondRow,
        tell: Callable[[News], None],
        note: Callable[[str], None],
        *,
        knock: bool = True,
    ) -> None:
        self._home = home
        self._bond = bond
        self._tell = tell
        self._note = note
        self._knocks = knock
        self._room: Room | None = None
        self._socket: Socket | None = None
        self._number = 0
        self._held = False
        self._leaving = False
        self._ended = False
        self._inside = asyncio.Event()  # the relay has let us in, over this connection
        self._gone = asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Enter, and stay until `leave`, or until one of the endings was told.

        Raises what a relay refuses for good.
        """
        again_s = AGAIN_S
        while not self._ended:
            try:
                door = await self._work(self._find_door)
                if not self._ended:
                    again_s = await self._stay(door) or again_s
            except (Unreachable, OverQuota) as refusal:
                if again_s == AGAIN_S:
                    self._note(f"{refusal} Trying again by itself.")
            if not self._ended:
                await self._pause(again_s * random.uniform(0.5, 1.0))  # noqa: S311  # only to spread load
                again_s = min(2 * again_s, AGAIN_S_MAX)

    # --- what the person does

    @property
    def together(self) -> bool:
        """Whether the other one is here, so that words are heard."""
        return self._room is not None and self._room.state is State.TOGETHER

    def think(self, text: str, *, done: bool) -> list[Thought]:
        """Say the thought that is being written, as it is now, and return what was said.

        What does not fit into one thought is ended where it is full, and the rest begins another: the person
        goes on writing the last.
        """
        said = []
        kept, rest = fit(text)
        while rest:
            said.append(self._say(kept, done=True))
            kept, rest = fit(rest)
        return [*said, self._say(kept, done=done)]

    def press(self, pressed: bool) -> None:
        """Give the hand, or take it back."""
        self._step(room.Press(pressed))
        self._see_hands()

    def leave(self) -> None:
        """Leave once all that was thought is said, as long as there is somebody to hear it."""
        self._leaving = True
        self._go_when_said()

    # --- the connection

    def _find_door(self) -> Door:
        mail.catch_up(self._home)
        bond = bonds.get(self._home.vault, self._bond.id)
        bonds.check_living(bond)
        return Door.of(bond.pendant.keyring)

    async def _stay(self, door: Door) -> float | None:
        """Be in the room until the connection ends; return how soon to try again if it came about."""
        self._room = Room(door=door)
        self._inside.clear()
        enter = wire_room.Enter(CHANNEL, door.room, door.role, door.token)
        async with connect(door.relay, [enter], ca=self._home.ca) as socket:
            self._socket = socket
            tasks = [
                asyncio.create_task(self._read(socket)),
                asyncio.create_task(self._beat()),
                asyncio.create_task(self._look(door, socket)),
            ]
            try:
                # `_read` ends with the connection; the others end only by what went wrong.
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self._socket = None
                self._step(room.Lost())
                if self._leaving:
                    self._end()
        return AGAIN_S if self._inside.is_set() else None

    async def _read(self, socket: Socket) -> None:
        async for frame in socket.frames():
            if self._socket is not None:
                self._heard(frame)

    def _heard(self, frame: wire.Frame) -> None:
        if isinstance(frame, wire_room.Say):
            self._step(room.Heard(frame.meeting, frame.body))
        elif isinstance(frame, wire_room.Entered):
            self._inside.set()
            self._step(room.Entered(frame.here, frame.meeting))
        elif isinstance(frame, wire_room.Left):
            self._step(room.TheyLeft())
        elif isinstance(frame, wire.Trouble):
            if frame.problem is Problem.UNAUTHORISED:
                raise Refused(
                    "Somebody is in this room who came by another way in. Nothing was said to them."
                )
            if frame.problem is not Problem.TAKEN:
                raise to_error(frame.problem)
            self._step(room.SeatTaken())

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        at_s = loop.time()
        while True:
            at_s = max(at_s + BEAT_S, loop.time() - BEHIND_S)
            await asyncio.sleep(at_s - loop.time())
            self._step(room.Beat())
            if self._leaving:
                self._go_when_said()

    async def _look(self, door: Door, socket: Socket) -> None:
        """Call the other one if nobody is there, once; and find the new door if there is one."""
        await self._inside.wait()
        if self._knocks and self._is_alone:
            self._tell(Knocked(await self._work(self._knock)))
        self._knocks = False
        while True:
            await asyncio.sleep(LOOK_S)
            if self._is_alone and await self._work(self._find_door) != door and self._is_alone:
                socket.close()

    def _knock(self) -> bool:
        number = mail.knock(self._home, self._bond)
        return number not in mail.send(self._home).waiting

    @property
    def _is_alone(self) -> bool:
        return self._room is not None and self._room.state is State.ALONE

    # --- the rules

    def _step(self, event: room.Event) -> None:
        if self._room is None:
            return
        self._room, effects = room.step(self._room, event)
        for effect in effects:
            if isinstance(effect, room.Say):
                self._send(wire_room.Say(CHANNEL, effect.meeting, effect.body))
            elif isinstance(effect, room.GoOut):
                self._send(wire_room.Left(CHANNEL))
                self._close()
            else:
                self._told(effect.news)
        self._see_hands()

    def _told(self, news: room.News) -> None:
        if isinstance(news, _ENDINGS):
            self._end()
        self._tell(news)

    def _see_hands(self) -> None:
        held = self._room is not None and self._room.hand and self._room.their_hand
        if held is not self._held:
            self._held = held
            self._tell(Held(held))

    def _say(self, text: str, *, done: bool) -> Thought:
        thought = Thought(self._number, text, done)
        self._step(room.Think(thought))
        self._number += done
        return thought

    def _send(self, frame: wire_room.RoomFrame) -> None:
        if self._socket is not None:
            self._socket.send(frame)

    def _go_when_said(self) -> None:
        if self._room is None or not self._room.thoughts:
            self._end()
            self._step(room.Leave())
            self._close()

    def _end(self) -> None:
        self._ended = True
        self._gone.set()

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None  # what is still on its way to us comes too late

    async def _work(self, function: Callable[[], T]) -> T:
        """Run something that touches vault or network in a thread, one at a time, to its end."""
        async with self._turn:
            work = asyncio.ensure_future(asyncio.to_thread(function))
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                await asyncio.wait([work])
                raise

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), seconds)
