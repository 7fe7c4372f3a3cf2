"""The CBOR profile, by laws, by a second opinion (cbor2), and by vectors/records."""

import json
from pathlib import Path

import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from vectors import make_records

from twinbell import encoding
from twinbell.encoding import DEPTH_MAX, INTEGER_MAX, decode, decode_map, encode, lv, padme, unb64
from twinbell.errors import Damaged, Mistaken

VECTORS = sorted((Path(__file__).parent.parent / "vectors" / "records").glob("*.json"))
BYTES_MAX = 1 << 20

numbers = st.integers(-INTEGER_MAX, INTEGER_MAX)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    numbers | st.binary() | texts | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=25,
)


def from_json(value):
    """Return the value that a vector file means."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if isinstance(value, dict):
        if "hex" in value:
            return bytes.fromhex(value["hex"])
        return {key: from_json(item) for key, item in value["map"]}
    return value


@given(values)
def test_decoding_undoes_encoding(value):
    assert decode(encode(value), bytes_max=BYTES_MAX) == value


@given(values)
def test_a_second_library_reads_what_we_write(value):
    assert cbor2.loads(encode(value)) == value


@given(values)
def test_a_second_library_writes_the_same_bytes(value):
    assert cbor2.dumps(value, canonical=True) == encode(value)


@given(st.dictionaries(texts, numbers, min_size=2))
def test_the_order_in_which_a_map_was_made_does_not_show(pairs):
    assert encode(dict(reversed(pairs.items()))) == encode(pairs)


@given(st.binary(max_size=200))
@example(bytes.fromhex("a261610061620a"))
def test_any_bytes_decode_to_what_encodes_to_them_or_are_damaged(data):
    try:
        value = decode(data, bytes_max=BYTES_MAX)
    except Damaged:
        return
    assert encode(value) == data


@given(values, st.data())
def test_a_changed_record_is_damaged_or_another_record(value, data):
    good = encode(value)
    changed = bytearray(good)
    bit = data.draw(st.integers(0, len(good) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8

    try:
        other = decode(bytes(changed), bytes_max=BYTES_MAX)
    except Damaged:
        return
    assert encode(other) == bytes(changed) != good


@given(values, st.integers(0, 200))
def test_a_record_cut_short_is_damaged(value, cut):
    good = encode(value)

    if cut < len(good):
        with pytest.raises(Damaged):
            decode(good[:cut], bytes_max=BYTES_MAX)
    with pytest.raises(Damaged):
        decode(good + b"\0", bytes_max=BYTES_MAX)


@given(st.binary(max_size=80))
def test_what_the_second_library_reads_differently_is_refused(data):
    """Where we accept, cbor2 must agree about the meaning; it accepts more than we do."""
    try:
        value = decode(data, bytes_max=BYTES_MAX)
    except Damaged:
        return
    assert cbor2.loads(data) == value


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_a_vector_means_what_it_says(path):
    vector = json.loads(path.read_text())
    record = bytes.fromhex(vector["record"])

    if "refuses" in vector:
        assert vector["refuses"] == "encoding"
        with pytest.raises(Damaged):
            decode(record, bytes_max=BYTES_MAX)
    else:
        value = from_json(vector["value"])
        decoded = decode(record, bytes_max=BYTES_MAX)
        assert decoded == value
        assert type(decoded) is type(value)
        assert encode(value) == record


def test_the_vectors_are_what_their_program_makes():
    assert {path.name: path.read_text() for path in VECTORS} == make_records.build()


def test_every_reason_of_a_refusal_is_in_the_corpus():
    reasons = " ".join(json.loads(path.read_text()).get("reason", "") for path in VECTORS)

    words = ["behind", "short", "longer", "order", "doubled", "text", "float", "tag", "indefinite"]
    for word in [*words, "undefined", "deeper", "2^53"]:
        assert word in reasons


@pytest.mark.parametrize(
    "value", [INTEGER_MAX + 1, -INTEGER_MAX - 1, 1.0, {1: 2}, {b"a": 1}, "\ud800", object()]
)
def test_what_the_profile_has_no_place_for_is_a_mistake(value):
    with pytest.raises(Mistaken):
        encode(value)


def test_true_is_not_one():
    assert encode(True) != encode(1)
    assert decode(b"\x01", bytes_max=1) is not True


def test_depth_has_a_limit_both_ways():
    value: encoding.Value = 0
    for _ in range(DEPTH_MAX):
        value = [value]

    assert decode(encode(value), bytes_max=BYTES_MAX) == value
    with pytest.raises(Mistaken):
        encode([value])
    with pytest.raises(Damaged):
        decode(b"\x81" + encode(value), bytes_max=BYTES_MAX)
    with pytest.raises(Damaged):
        decode(b"\x81" * 100_000, bytes_max=BYTES_MAX)


def test_the_limit_comes_before_all_else():
    with pytest.raises(Damaged, match="longer than 3 bytes"):
        decode(encode(b"abc"), bytes_max=3)


def test_a_map_is_asked_for_by_name():
    assert decode_map(encode({"v": 1}), bytes_max=10) == {"v": 1}
    with pytest.raises(Damaged, match="not a map"):
        decode_map(encode([1]), bytes_max=10)


@given(st.binary())
def test_base64_goes_both_ways(data):
    assert unb64(encoding.b64(data)) == data


@given(st.text(max_size=40) | st.text("ABCDwxyz019+/=", max_size=12))
def test_base64_has_one_text(text):
    try:
        data = unb64(text)
    except Damaged:
        return
    assert encoding.b64(data) == text


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "Q Q", "QQ\n", "é", "QQ=", "A" * 5])
def test_base64_that_is_not_canonical_is_damaged(text):
    with pytest.raises(Damaged):
        unb64(text)


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_joined_fields_stay_apart(one, other):
    assert (one == other) == (b"".join(map(lv, one)) == b"".join(map(lv, other)))


@given(st.integers(0, 2**40))
def test_padme_rounds_up_by_twelve_percent_at_most(length):
    rounded = padme(length)

    assert length <= rounded <= length * 1.12 + 1
    assert padme(rounded) == rounded


@given(st.integers(0, 2**40))
def test_padme_never_shrinks_with_more(length):
    assert padme(length) <= padme(length + 1)


def test_padme_leaves_few_lengths():
    lengths = {padme(length) for length in range(1 << 16)}

    assert len(lengths) < 400
    assert [padme(length) for length in (0, 1, 2, 9, 100, 1000, 10_000)] == [0, 1, 2, 10, 104, 1024, 10_240]
