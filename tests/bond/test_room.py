"""The room: the two meet and nobody else, nothing is said before it is sure who listens, nothing is left."""

import dataclasses
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bond.rooms import told
from vectors import make_room
from vectors.make_room import Two

from twinbell.bond import ratchet, room
from twinbell.bond.frozen import Frozen
from twinbell.bond.keys import Role
from twinbell.bond.ratchet import Ratchet
from twinbell.bond.room import Beat, Entered, Heard, Leave, Press, Room, State, Think
from twinbell.bond.thought import FRAME_BYTES, Thought
from twinbell.crypto import aead
from twinbell.errors import Damaged

GIVER, ANSWERER = Role.GIVER, Role.ANSWERER


@pytest.fixture
def two():
    two = Two("test")
    two.meet()
    return two


# Meeting.


def test_both_agree_who_came_first(two):
    assert told(two.sides[GIVER], "Together") == [{"type": "Together", "first": True}]
    assert told(two.sides[ANSWERER], "Together") == [{"type": "Together", "first": False}]


def test_a_relay_that_tells_both_that_they_were_first_is_found_out():
    two = Two("two firsts")
    two.does(GIVER, Entered(1, 0))
    two.does(ANSWERER, Entered(1, 0))

    said_g = two.sides[GIVER].does(Entered(2, 1))
    said_a = two.sides[ANSWERER].does(Entered(2, 1))
    two.carries([(GIVER, said_g[0]), (ANSWERER, said_a[0])])

    assert all(told(side, "Stranger") for side in two.sides.values())
    assert not any(told(side, "Together") for side in two.sides.values())


def test_whoever_has_the_capability_alone_is_a_stranger_to_both():
    two = Two("stranger", {ANSWERER: bytes(32)})

    two.meet()
    two.does(GIVER, Think(Thought(0, "only for you", True)))
    two.does(GIVER, Beat())

    assert told(two.sides[GIVER], "Stranger")
    assert not told(two.sides[GIVER], "Together")
    assert not told(two.sides[ANSWERER], "Thought")


def test_a_thought_grows_before_the_eyes_of_the_other(two):
    for text in ("I", "I was", "I was thinking"):
        two.does(GIVER, Think(Thought(0, text, False)))
        two.does(GIVER, Beat())
    two.does(GIVER, Think(Thought(0, "I was thinking of you.", True)))
    two.does(GIVER, Beat())

    texts = [thought["text"] for thought in told(two.sides[ANSWERER], "Thought")]
    assert texts == ["I", "I was", "I was thinking", "I was thinking of you."]


def test_both_know_of_both_hands(two):
    two.does(GIVER, Press(True))
    two.does(ANSWERER, Press(True))
    for role in (GIVER, ANSWERER, GIVER, ANSWERER):
        two.does(role, Beat())
    two.does(ANSWERER, Press(False))
    two.does(ANSWERER, Beat())

    assert [hand["pressed"] for hand in told(two.sides[GIVER], "Hand")] == [True, False]
    assert [hand["pressed"] for hand in told(two.sides[ANSWERER], "Hand")] == [True]


def test_who_leaves_on_purpose_is_told_apart_from_who_is_lost(two):
    lost = Two("lost")
    lost.meet()

    two.does(ANSWERER, Leave())
    lost.does(GIVER, room.TheyLeft())

    assert told(two.sides[GIVER], "Gone") == [{"type": "Gone", "left": True}]
    assert told(lost.sides[GIVER], "Gone") == [{"type": "Gone", "left": False}]


def test_before_the_other_has_confirmed_nothing_of_a_person_is_said():
    two = Two("early", {ANSWERER: bytes(32)})
    two.enters(GIVER)
    for _ in range(3):
        two.does(GIVER, Think(Thought(0, "only for you", True)))
        two.does(GIVER, Press(True))
        two.does(GIVER, Beat())
    two.enters(ANSWERER)

    assert len(two.sides[GIVER].said) == 3  # hello, answer, and a first frame that says nothing
    assert two.sides[GIVER].room.thoughts == ()


# What is said, and how it looks.


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.builds(
                lambda n, t, d: Think(Thought(n, t, d)),
                st.integers(0, 3),
                st.text(max_size=60),
                st.booleans(),
            ),
            st.builds(Press, st.booleans()),
            st.just(Beat()),
        ),
        max_size=30,
    )
)
def test_what_is_thought_arrives_in_order_one_frame_a_beat_all_of_one_length(events):
    two = Two("law")
    two.meet()
    ana, ben = two.sides[GIVER], two.sides[ANSWERER]
    ended = [event.thought for event in events if isinstance(event, Think) and event.thought.done]

    for event in [*events, *([Beat()] * len(events))]:
        two.does(GIVER, event)

    heard = [thought for thought in told(ben, "Thought") if thought["done"]]
    assert [(each["number"], each["text"]) for each in heard] == [(each.number, each.text) for each in ended]
    beats = sum(isinstance(event, Beat) for event in events) + len(events)
    frames = ana.said[2:]
    assert len(frames) == 1 + beats
    assert {len(say.body) for say in frames} == {FRAME_BYTES}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_frame_that_was_changed_repeated_left_out_or_swapped_ends_the_meeting(data):
    two = Two("bad network", hold=3)
    two.meet()
    for number in range(5):
        two.does(ANSWERER, Think(Thought(number, f"{number}", True)))
        two.does(ANSWERER, Beat())
    frames = [say.body for say in two.sides[ANSWERER].said[3:]]
    wrong = data.draw(st.sampled_from(("changed", "repeated", "left out", "swapped")))
    at = data.draw(st.integers(0, 3))
    if wrong == "changed":
        bit = data.draw(st.integers(0, 8 * FRAME_BYTES - 1))
        changed = bytearray(frames[at])
        changed[bit // 8] ^= 1 << bit % 8
        frames[at] = bytes(changed)
    elif wrong == "repeated":
        frames.insert(at + 1, frames[at])
    elif wrong == "left out":
        del frames[at]
    else:
        frames[at], frames[at + 1] = frames[at + 1], frames[at]

    giver = two.sides[GIVER]
    for frame in frames:
        giver.does(Heard(1, frame))

    right = at + 1 if wrong == "repeated" else at
    assert [each["number"] for each in told(giver, "Thought")] == list(range(right))
    assert told(giver, "Tampered")
    assert giver.room == Room(door=giver.room.door)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5), st.binary(max_size=1300))
def test_whatever_comes_raises_nothing_and_tells_nothing_of_a_person(at, body):
    two = Two("any bytes", hold=min(at, 3))
    two.enters(GIVER)
    if at:
        two.enters(ANSWERER)
    giver = two.sides[GIVER]

    giver.does(Heard(1, body or b"\0"))

    assert not told(giver, "Thought") and not told(giver, "Hand")


def test_no_key_seals_twice(two, monkeypatch):
    used = []
    seal = aead.seal

    def noted(key, plain_text, **more):
        used.append(key)
        return seal(key, plain_text, **more)

    monkeypatch.setattr(aead, "seal", noted)

    for _ in range(20):
        two.does(GIVER, Beat())
        two.does(ANSWERER, Beat())

    assert len(used) == len(set(used)) == 40


# What is left.


def everything(value):
    """Yield all bytes and text in a record, however deep."""
    if isinstance(value, bytes | str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from everything(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from everything(getattr(value, field.name))
    elif isinstance(value, Frozen):
        yield from everything(tuple(value.__dict__.values()))


END = {
    "leaving": Leave(),
    "they leave": room.TheyLeft(),
    "the connection is lost": room.Lost(),
    "the seat is taken": room.SeatTaken(),
    "a wrong frame": Heard(1, bytes(FRAME_BYTES)),
}


@pytest.mark.parametrize("end", END)
def test_after_the_end_no_key_and_no_word_is_in_the_record(two, end):
    canary = "a word that nobody keeps"
    two.does(GIVER, Think(Thought(0, canary, True)))
    during = set(everything(two.sides[GIVER].room))
    two.does(GIVER, END[end])

    left = set(everything(two.sides[GIVER].room))

    door = set(everything(two.doors[GIVER]))
    assert canary in during and len(during) > len(door)
    assert left - {b"", ""} == door


def test_when_they_are_together_what_made_the_keys_is_gone(two):
    here = two.sides[GIVER].room

    assert here.state is State.TOGETHER
    assert (here.seed, here.secret, here.hello, here.their_hello, here.answer) == (b"",) * 5


def test_a_memory_that_is_read_later_does_not_open_what_was_said_before(two):
    two.does(GIVER, Think(Thought(0, "said before", True)))
    two.does(GIVER, Beat())
    frame = two.sides[GIVER].said[-1].body

    for side in two.sides.values():
        for chain in (side.room.sending, side.room.receiving):
            with pytest.raises(Damaged):
                chain.open(frame)


def test_both_vaults_and_all_that_was_recorded_make_no_key_of_a_meeting(two):
    """The two secrets come from seeds that were drawn for the meeting and are in no keyring (O14)."""
    two.does(GIVER, Think(Thought(0, "only now", True)))
    two.does(GIVER, Beat())
    greetings = {
        role: ratchet.Greeting(hello=side.said[0].body, answer=side.said[1].body, secret=bytes(32))
        for role, side in two.sides.items()
    }
    ana = make_room.keyring("Ana", "Ben", GIVER)
    assert ana.bond is not None
    seeds = [*ana.identities, *ana.letters, *(prekey.seed for prekey in ana.prekeys)]
    seeds += [key for _, key in ana.inbox_keys]
    from twinbell.crypto import xwing

    for seed in seeds:
        try_g = replace(greetings[GIVER], secret=xwing.decapsulate(seed, greetings[GIVER].answer))
        try_a = replace(greetings[ANSWERER], secret=xwing.decapsulate(seed, greetings[ANSWERER].answer))
        made = ratchet.chains(
            bond=ana.bond.id,
            room=two.doors[GIVER].room,
            known=two.doors[GIVER].known,
            giver=try_g,
            answerer=try_a,
        )
        with pytest.raises(Damaged):
            made[GIVER].open(two.sides[GIVER].said[2].body)


def test_a_second_meeting_has_other_keys(two):
    before = two.sides[GIVER].room.sending
    two.does(ANSWERER, Leave())
    two.does(GIVER, room.TheyLeft())
    two.enters(ANSWERER)

    after = two.sides[GIVER].room.sending

    assert told(two.sides[ANSWERER], "Together")[-1] == {"type": "Together", "first": False}
    assert isinstance(before, Ratchet) and isinstance(after, Ratchet) and before != after


def test_secrets_are_not_printed(two):
    text = repr(two.sides[GIVER].room) + repr(Two("greeting").sides[GIVER].room)

    for secret in everything(two.sides[GIVER].room):
        if isinstance(secret, bytes) and len(secret) >= 32 and secret != two.doors[GIVER].bond:
            assert repr(secret) not in text and secret.hex() not in text
