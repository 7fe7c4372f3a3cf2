"""A visit to the room as an app makes it: two homes in one process, over a real relay."""

import asyncio
import gc
import secrets
from types import FunctionType, ModuleType

import pytest
from tests.client.test_key_change import change_keys

from twinbell.bond import room
from twinbell.bond.door import Door
from twinbell.bond.thought import Thought
from twinbell.client import bonds
from twinbell.client import room as client_room
from twinbell.client.room import Knocked, Visit
from twinbell.client.websocket import connect
from twinbell.errors import Refused
from twinbell.wire import room as wire

DEADLINE_S = 60


class Guest:
    """A visit, and what its person is told."""

    def __init__(self, pendants, *, knock=False):
        self.told: asyncio.Queue = asyncio.Queue()
        self.notes: asyncio.Queue[str] = asyncio.Queue()
        self.visit: Visit = pendants.visit(
            pendants.bond(), self.told.put_nowait, self.notes.put_nowait, knock=knock
        )

    async def __aenter__(self):
        self.staying = asyncio.create_task(self.visit.run())
        return self

    async def __aexit__(self, *exc):
        self.visit.leave()
        await asyncio.wait_for(self.staying, DEADLINE_S)

    async def hears(self, kind):
        """Return the next news of this kind, passing over others."""
        while not isinstance(news := await asyncio.wait_for(self.told.get(), DEADLINE_S), kind):
            pass
        return news


def test_two_visits_meet_and_part(two):
    mei, jun = two

    async def meet():
        async with Guest(mei) as hers:
            await hers.hears(room.Alone)
            async with Guest(jun) as his:
                assert (await hers.hears(room.Together)).first
                assert not (await his.hears(room.Together)).first
                said = hers.visit.think("word " * 100, done=False)
                assert [thought.done for thought in said] == [True, False]
                assert await his.hears(Thought) == said[0]
                assert await his.hears(Thought) == said[1]
            assert (await hers.hears(room.Gone)).left

    asyncio.run(meet())


def test_nobody_is_called_twice_nor_who_is_there_already(two):
    mei, jun = two

    async def meet():
        async with Guest(mei, knock=True) as hers:
            assert (await hers.hears(Knocked)).sent
            async with Guest(jun, knock=True) as his:
                await his.hears(room.Together)
                await hers.hears(room.Together)
            await hers.hears(room.Gone)
            hers.visit._socket.close()  # her own connection breaks off, and she comes back alone
            await hers.hears(room.Alone)
            return hers.told, his.told

    told, his = asyncio.run(meet())

    assert told.empty() and his.empty()


def test_new_keys_of_the_other_are_a_new_door_and_who_waits_goes_there(two, monkeypatch):
    mei, jun = two
    for pendants in (mei, jun, mei, jun):
        pendants.catch_up()
    monkeypatch.setattr(client_room, "LOOK_S", 0.2)
    before = Door.of(mei.bond().pendant.keyring)

    async def meet():
        async with Guest(mei) as hers:
            await hers.hears(room.Alone)
            await asyncio.to_thread(change_keys, jun)
            async with Guest(jun) as his:
                await hers.hears(room.Together)
                await his.hears(room.Together)

    asyncio.run(meet())

    after = Door.of(mei.bond().pendant.keyring)
    assert after.room != before.room
    assert after.known == Door.of(jun.bond().pendant.keyring).known


def test_whoever_got_hold_of_the_capability_is_refused_and_both_are_told(two):
    """A thief of the relay's memory knows the token, and not what the two know (test O14)."""
    mei, jun = two
    door = Door.of(jun.bond().pendant.keyring)

    async def meet():
        async with Guest(mei) as hers:
            await hers.hears(room.Alone)
            enter = wire.Enter(1, door.room, door.role, door.token)
            async with connect(door.relay, [enter]) as thief:
                theirs = room.Room(door=Door(relay="", bond=door.bond, role=door.role, room=door.room,
                                             token=door.token, known=bytes(32)))  # fmt: skip
                heard = []
                async for frame in thief.frames():
                    event = (
                        room.Entered(frame.here, frame.meeting)
                        if isinstance(frame, wire.Entered)
                        else room.Heard(frame.meeting, frame.body)
                        if isinstance(frame, wire.Say)
                        else room.TheyLeft()
                    )
                    theirs, effects = room.step(theirs, event)
                    heard += [effect.news for effect in effects if isinstance(effect, room.Tell)]
                    for effect in effects:
                        if isinstance(effect, room.Say):
                            thief.send(wire.Say(1, effect.meeting, effect.body))
                    if isinstance(frame, wire.Left):
                        break
            await hers.hears(room.Stranger)
            await asyncio.wait_for(hers.staying, DEADLINE_S)
            return heard

    heard = asyncio.run(meet())

    assert not [news for news in heard if isinstance(news, room.Together | Thought)]


def test_a_door_that_somebody_else_holds_shut_is_told(two):
    mei, _ = two
    door = Door.of(mei.bond().pendant.keyring)

    async def meet():
        async with connect(door.relay, [wire.Enter(1, door.room, 0, bytes(32))]) as squatter:
            await anext(squatter.frames())
            async with Guest(mei) as hers:
                with pytest.raises(Refused, match="another way in"):
                    await asyncio.wait_for(asyncio.shield(hers.staying), DEADLINE_S)
                hers.staying = asyncio.create_task(asyncio.sleep(0))

    asyncio.run(meet())


def test_who_has_ended_the_bond_does_not_go_in_and_the_other_waits_alone(two):
    mei, jun = two
    bonds.part(mei._home, mei.bond())

    async def wait():
        async with Guest(jun, knock=True) as his:
            await his.hears(room.Alone)
            assert (await his.hears(Knocked)).sent  # as if she were away
            with pytest.raises(Refused, match="ended this bond"):
                await mei.visit(mei.bond(), print, print).run()

    asyncio.run(wait())


def test_without_a_relay_one_waits_at_the_door_and_may_leave(two, monkeypatch):
    mei, _ = two
    monkeypatch.setattr(client_room, "connect", nobody)
    monkeypatch.setattr(client_room, "AGAIN_S", 0.001)

    async def wait():
        async with Guest(mei) as hers:
            return await asyncio.wait_for(hers.notes.get(), DEADLINE_S)

    assert asyncio.run(wait()) == "The relay can't be reached. Trying again by itself."


def nobody(*_, **__):
    from twinbell.errors import Unreachable

    raise Unreachable("The relay can't be reached.")


def test_when_one_has_left_no_word_is_in_reach_of_anything_that_stays(two):
    """Test O14, the memory: from the visit, its home and its rules no reference leads to what was said."""
    mei, jun = two
    word = secrets.token_hex(16)

    async def meet():
        async with Guest(mei) as hers, Guest(jun) as his:
            await hers.hears(room.Together)
            await his.hears(room.Together)
            hers.visit.think(word, done=True)
            during = in_reach(hers.visit, word)
            await his.hears(Thought)
        return during, hers, his

    during, hers, his = asyncio.run(meet())

    assert during
    assert not in_reach(hers.visit, word) and not in_reach(his.visit, word)
    assert not in_reach(mei, word) and not in_reach(jun, word)


def in_reach(start, word):
    """Tell whether a text with `word` in it can be reached from an object."""
    found, seen, ahead = False, set(), [start]
    while ahead:
        each = ahead.pop()
        if id(each) in seen or isinstance(each, ModuleType | type | FunctionType):
            continue
        seen.add(id(each))
        found = found or (isinstance(each, str) and word in each)
        found = found or (isinstance(each, bytes | bytearray) and word.encode() in each)
        ahead += gc.get_referents(each)
    return found
