from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.encoding import encode
from twinbell.errors import Damaged
from twinbell.wire import blob, mailbox
from twinbell.wire.limits import BLOB_BYTES_MAX, BLOBS_PER_ENVELOPE_MAX, SEQ_MAX
from twinbell.wire.mailbox import Kept, Page, Receipt, Setting

ids = st.binary(min_size=16, max_size=16)
hashes = st.binary(min_size=32, max_size=32)
devices = st.binary(min_size=8, max_size=8).map(bytes.hex)
settings = st.builds(
    lambda epoch, collect, tokens, sinks: Setting(
        epoch=epoch,
        collect=dict(zip(collect, tokens[2:], strict=False)),
        deposit={"peer": tokens[0], "self": tokens[1]},
        sinks={sink.hex(): until_s for sink, until_s in sinks.items()},
    ),
    st.integers(0, 2**32),
    st.lists(devices, unique=True, max_size=3),
    st.lists(hashes, min_size=5, max_size=5, unique=True),
    st.dictionaries(hashes, st.integers(0, 2**40), max_size=3),
)
kept = st.builds(
    Kept,
    st.integers(1, SEQ_MAX),
    st.integers(0, 2**40),
    st.lists(ids, max_size=BLOBS_PER_ENVELOPE_MAX).map(tuple),
    st.binary(min_size=1, max_size=100),
)


@given(settings)
def test_a_setting_is_read_as_it_was_written(setting):
    assert Setting.parse(setting.to_bytes()) == setting


@given(st.lists(kept, max_size=5, unique_by=lambda each: each.seq), st.booleans())
def test_a_page_is_read_as_it_was_written(envelopes, more):
    page = Page(tuple(sorted(envelopes, key=lambda each: each.seq)), more and bool(envelopes))

    assert Page.parse(page.to_bytes()) == page


@given(st.binary(max_size=100))
def test_any_bytes_are_a_record_or_damaged(data):
    for parse in (
        Setting.parse,
        Page.parse,
        Receipt.parse,
        mailbox.cursor_from_bytes,
        blob.offset_from_bytes,
    ):
        try:
            parse(data)
        except Damaged:
            continue


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"type": "letterbox"},
        {"epoch": -1},
        {"epoch": b"1"},
        {"collect": [bytes(32)]},
        {"collect": {"AA" * 8: bytes(32)}},
        {"deposit": {"peer": b"short"}},
        {"deposit": {"peer": bytes(32), "self": bytes(32)}},
        {"sinks": {"aa": 1}},
        {"extra": 1},
    ],
)
def test_a_setting_with_something_odd_is_damaged(changed):
    record: dict[str, Any] = {
        "v": 1,
        "type": "mailbox",
        "epoch": 1,
        "collect": {},
        "deposit": {"peer": bytes(32)},
    }

    assert Setting.parse(encode(record))
    with pytest.raises(Damaged):
        Setting.parse(encode(record | changed))


def test_envelopes_out_of_order_are_no_page():
    first, second = Kept(1, 0, (), b"x"), Kept(2, 0, (), b"x")

    for envelopes in ((second, first), (first, first)):
        with pytest.raises(Damaged):
            Page.parse(Page(envelopes, False).to_bytes())


def test_a_setting_does_not_print_its_tokens():
    setting = Setting(epoch=1, collect={"aa" * 8: b"t" * 32}, deposit={"peer": b"u" * 32})

    assert "tttt" not in repr(setting)
    assert "uuuu" not in repr(setting)


def test_arrival_is_never_later_than_it_was():
    assert mailbox.arrival_s(119.9) == 60
    assert mailbox.arrival_s(120) == 120


@given(ids)
def test_ids_are_lower_hex_and_nothing_else(id_):
    assert mailbox.parse_id(id_.hex()) == id_
    for other in (id_.hex().upper() + "A", id_.hex()[:-1], id_.hex() + "0", " " + id_.hex()[1:]):
        with pytest.raises(Damaged):
            mailbox.parse_id(other)


@given(st.lists(ids, max_size=BLOBS_PER_ENVELOPE_MAX, unique=True).map(tuple))
def test_named_blobs_are_read_as_they_were_written(names):
    assert blob.parse_blobs_header(blob.blobs_header(names)) == names


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 1000))
def test_a_range_is_a_part_of_the_blob(start, more, length):
    header = blob.range_header(start, start + more + 1)

    if start >= length:
        with pytest.raises(Damaged):
            blob.parse_range(header, length)
    else:
        assert blob.parse_range(header, length) == (start, min(start + more + 1, length))


@pytest.mark.parametrize("text", ["", "-1", "1.0", "١", "0x1", str(BLOB_BYTES_MAX + 1), "9" * 16, None])
def test_what_is_no_length_is_damaged(text):
    with pytest.raises(Damaged):
        blob.parse_length(text)
