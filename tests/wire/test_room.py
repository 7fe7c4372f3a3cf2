import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.errors import Damaged
from twinbell.wire import frame, room
from twinbell.wire.limits import FRAME_BYTES_MAX, ROOM_SAY_BYTES_MAX

VECTOR = json.loads((Path(__file__).parents[2] / "vectors" / "room" / "frames.json").read_text())

channels = st.integers(0, frame.CHANNEL_MAX)
meetings = st.integers(0, 2**32 - 1)
frames = st.one_of(
    st.builds(
        room.Enter,
        channels,
        st.binary(min_size=16, max_size=16),
        st.integers(0, 1),
        st.binary(min_size=32, max_size=32),
    ),
    st.builds(room.Entered, channels, st.integers(1, 2), meetings),
    st.builds(room.Say, channels, meetings, st.binary(min_size=1, max_size=300)),
    st.builds(room.Left, channels),
)


@given(frames)
def test_every_frame_of_a_room_is_read_as_it_was_written(each):
    assert frame.parse(each.to_bytes()) == each


@given(frames, st.data())
def test_no_frame_of_a_room_can_be_cut_or_grow_unseen(each, data):
    written = each.to_bytes()
    cut = written[: data.draw(st.integers(0, len(written) - 1))]

    for other in (cut, written + b"\0"):
        try:
            read = frame.parse(other)
        except Damaged:
            continue
        assert read.to_bytes() == other  # only a body runs to the end, and it is another body then
        assert isinstance(read, room.Say)


@pytest.mark.parametrize("told", VECTOR["right"], ids=lambda told: told["type"])
def test_the_vector_has_the_bytes_of_each_frame(told):
    kind = getattr(room, told["type"])
    fields = {
        name: bytes.fromhex(value) if isinstance(value, str) else value
        for name, value in told.items()
        if name not in ("type", "frame")
    }

    assert kind(**fields).to_bytes().hex() == told["frame"]
    assert frame.parse(bytes.fromhex(told["frame"])) == kind(**fields)


@pytest.mark.parametrize("name", VECTOR["refused"])
def test_what_the_vector_calls_no_frame_is_damaged(name):
    with pytest.raises(Damaged):
        frame.parse(bytes.fromhex(VECTOR["refused"][name]))


def test_the_token_is_not_printed():
    assert "token" not in repr(room.Enter(1, bytes(16), 0, b"t" * 32))


def test_the_longest_that_can_be_said_is_a_frame():
    assert len(room.Say(1, 1, bytes(ROOM_SAY_BYTES_MAX)).to_bytes()) < FRAME_BYTES_MAX
