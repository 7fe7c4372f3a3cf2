"""vectors/room: each meeting, step by step, as another implementation must do it."""

import json
from pathlib import Path

import pytest
from vectors import make_room
from vectors.chance import encapsulations
from vectors.make_room import plain

from twinbell.bond import ratchet, room
from twinbell.bond.door import Door
from twinbell.bond.keys import Role
from twinbell.bond.room import Room
from twinbell.bond.thought import Moment, Thought, fit

VECTORS = Path(__file__).parents[2] / "vectors" / "room"


GIVER, ANSWERER = Role.GIVER, Role.ANSWERER

DOORS = make_room.doors()


def load(pattern):
    return [
        pytest.param(json.loads(path.read_text()), id=path.stem) for path in sorted(VECTORS.glob(pattern))
    ]


def one(name):
    return json.loads((VECTORS / f"{name}.json").read_text())


def test_each_file_is_what_its_program_makes():
    assert {path.name: path.read_text() for path in VECTORS.glob("*.json")} == make_room.build()


def test_both_find_the_door_of_the_vector():
    vector = one("door")

    for role in Role:
        assert make_room._door(DOORS[role]) == vector[role.name.lower()]


STORIES = [
    case for case in load("*.json") if "giver" in case.values[0] and "seeds" in case.values[0]["giver"]
]


@pytest.mark.parametrize("vector", STORIES)
def test_each_step_of_a_vector_has_the_effects_and_the_state_that_it_tells(vector):
    for name in ("giver", "answerer"):
        if name in vector:
            replay(vector[name], vector["encapsulations"])


def replay(side, made):
    seeds = [bytes.fromhex(seed) for seed in side["seeds"]]
    here = Room(door=door_of(side["door"]))
    with encapsulations([each for each in made if said(side, each["ciphertext"])]):
        for step in side["steps"]:
            here, effects = room.step(here, event_of(step["event"]), random=lambda _: seeds.pop(0))
            assert [plain(effect) for effect in effects] == step["effects"]
            assert here.state.value == step["state"]
    assert not seeds


@pytest.mark.parametrize("vector", load("refused_*.json"))
def test_what_is_refused_ends_the_meeting_and_leaves_nothing(vector):
    last = vector["giver"]["steps"][-1]

    assert last["state"] == "outside"
    assert {"type": "GoOut"} in last["effects"]
    assert last["effects"][-1]["news"]["type"] in ("Stranger", "Tampered", "NewerNeeded")


def test_the_keys_of_the_vector_are_those_of_its_greetings():
    vector = one("meeting")
    keys, steps = vector["keys"], {role: vector[role.name.lower()]["steps"] for role in Role}
    hello = {role: bytes.fromhex(says(steps[role])[0]) for role in Role}
    answer = {role: bytes.fromhex(says(steps[role])[1]) for role in Role}
    spoken = {
        role: ratchet.Greeting(
            hello=hello[role],
            answer=answer[role],
            secret=bytes.fromhex(keys[f"{role.name.lower()}_secret"]),
        )
        for role in Role
    }
    door = DOORS[GIVER]
    giver, answerer = spoken[GIVER], spoken[ANSWERER]

    transcript = ratchet.transcript(bond=door.bond, room=door.room, giver=giver, answerer=answerer)
    assert transcript.hex() == keys["transcript"]
    made = ratchet.chains(bond=door.bond, room=door.room, known=door.known, giver=giver, answerer=answerer)
    for role in Role:
        chain = made[role]
        assert chain.chain.hex() == keys[f"{role.name.lower()}_chain"]
        for told_frame in keys[f"{role.name.lower()}_frames"]:
            assert chain.chain.hex() == told_frame["chain"]
            opened, chain = chain.open(bytes.fromhex(told_frame["sealed"]))
            record = bytes.fromhex(told_frame["record"])
            assert opened == (len(record).to_bytes(2) + record).ljust(496, b"\0")


def test_moments_and_cuts_of_thoughts_are_those_of_the_vector():
    vector = one("thoughts")

    for name, moment in make_room.MOMENTS.items():
        assert moment.encode().hex() == vector["moments"][name]
        assert Moment.parse(moment.encode()) == moment
    for case in vector["fits"]:
        assert fit(case["text"]) == (case["kept"], case["rest"])


def says(steps):
    return [effect["body"] for step in steps for effect in step["effects"] if effect["type"] == "Say"]


def said(side, body):
    return body in says(side["steps"])


def door_of(told_door):
    return Door(
        relay=told_door["relay"],
        bond=bytes.fromhex(told_door["bond"]),
        role=Role(told_door["role"]),
        room=bytes.fromhex(told_door["room"]),
        token=bytes.fromhex(told_door["token"]),
        known=bytes.fromhex(told_door["known"]),
    )


def event_of(told_event):
    fields = {name: value for name, value in told_event.items() if name != "type"}
    if "body" in fields:
        fields["body"] = bytes.fromhex(fields["body"])
    if "thought" in fields:
        told_thought = fields["thought"]
        fields["thought"] = Thought(told_thought["number"], told_thought["text"], told_thought["done"])
    return getattr(room, told_event["type"])(**fields)
