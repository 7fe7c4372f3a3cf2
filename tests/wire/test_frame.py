import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.errors import Damaged
from twinbell.wire import frame
from twinbell.wire.auth import Right
from twinbell.wire.limits import (
    BLOBS_PER_ENVELOPE_MAX,
    ENVELOPE_BYTES_MAX,
    FRAME_BYTES_MAX,
    FRAME_HEAD_MAX,
    SEQ_MAX,
)
from twinbell.wire.problems import Problem

channels = st.integers(0, frame.CHANNEL_MAX)
ids = st.binary(min_size=16, max_size=16)
seqs = st.integers(0, SEQ_MAX)
times = st.integers(0, frame.TIME_MAX)
blobs = st.lists(ids, max_size=BLOBS_PER_ENVELOPE_MAX, unique=True).map(tuple)
bodies = st.binary(min_size=1, max_size=200)
frames = st.one_of(
    st.builds(
        frame.Attach, channels, ids, st.binary(min_size=32, max_size=32), st.integers(0, frame.EPOCH_MAX)
    ),
    st.builds(frame.Attached, channels, st.sampled_from(Right), seqs),
    st.builds(frame.Deposit, channels, ids, blobs, bodies),
    st.builds(frame.Deposited, channels, ids, seqs, times),
    st.builds(frame.Envelope, channels, seqs, times, blobs, bodies),
    st.builds(frame.Ack, channels, seqs),
    st.builds(frame.Acked, channels, seqs),
    st.builds(frame.Trouble, channels, st.sampled_from(Problem), ids),
)


@given(frames)
def test_every_frame_is_read_as_it_was_written(each):
    assert frame.parse(each.to_bytes()) == each


@given(frames, st.data())
def test_no_frame_can_be_cut_or_grow_unseen(each, data):
    written = each.to_bytes()
    cut = written[: data.draw(st.integers(0, len(written) - 1))]

    for other in (cut, written + b"\0"):
        try:
            read = frame.parse(other)
        except Damaged:
            continue
        assert read.to_bytes() == other  # only a body runs to the end, and it is another body then
        assert isinstance(read, frame.Deposit | frame.Envelope)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_damaged(data):
    try:
        read = frame.parse(data)
    except Damaged:
        return
    if not (isinstance(read, frame.Trouble) and data[3] != read.problem.code):
        assert read.to_bytes() == data


def test_the_longest_frame_is_as_long_as_the_limit_says():
    names = tuple(bytes([number]) * 16 for number in range(BLOBS_PER_ENVELOPE_MAX))
    longest = frame.Envelope(1, 1, 1, names, bytes(ENVELOPE_BYTES_MAX)).to_bytes()

    assert frame.parse(longest).to_bytes() == longest
    assert len(longest) - ENVELOPE_BYTES_MAX <= FRAME_HEAD_MAX
    assert len(longest) <= FRAME_BYTES_MAX
    with pytest.raises(Damaged):
        frame.parse(longest + b"\0")


def test_a_problem_from_a_newer_relay_is_still_a_refusal():
    written = bytearray(frame.Trouble(1, Problem.FULL).to_bytes())
    written[3] = 200

    assert frame.parse(bytes(written)) == frame.Trouble(1, Problem.FAULT)


def test_an_attach_frame_does_not_print_its_token():
    shown = repr(frame.Attach(3, b"b" * 16, b"t" * 32))

    assert "tttt" not in shown
