import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point, G2Point

from twinbell.crypto import bls
from twinbell.errors import Damaged, Mistaken

SECRET = (42).to_bytes(32)
PUBLIC = bls.public(SECRET)

G1_INFINITY = b"\xc0" + bytes(47)
G2_INFINITY = b"\xc0" + bytes(95)


def outside_the_subgroup_g1():
    """A point on the curve and outside the group of prime order: found by trying."""
    for x in range(100):
        data = b"\x80" + x.to_bytes(47)
        try:
            if not G1Point.from_compressed_bytes_unchecked(data).is_in_subgroup():
                return data
        except ValueError:
            continue
    raise AssertionError


def outside_the_subgroup_g2():
    for x in range(100):
        data = b"\x80" + x.to_bytes(95)
        try:
            if not G2Point.from_compressed_bytes_unchecked(data).is_in_subgroup():
                return data
        except ValueError:
            continue
    raise AssertionError


@settings(max_examples=20, deadline=None)
@given(st.integers(1, bls.ORDER - 1), st.binary(max_size=64))
def test_a_signature_verifies_and_is_always_the_same(number, message):
    secret = number.to_bytes(32)

    signature = bls.sign(secret, message)

    bls.verify(bls.public(secret), message, signature)
    assert signature == bls.sign(secret, message)
    assert len(signature) == bls.SIGNATURE_BYTES


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=1, max_size=32), st.integers(0, 48 * 8 - 1))
def test_a_changed_bit_is_refused(message, bit):
    signature = bytearray(bls.sign(SECRET, message))
    signature[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Damaged):
        bls.verify(PUBLIC, message, bytes(signature))


def test_another_message_or_key_is_refused():
    signature = bls.sign(SECRET, b"today")

    with pytest.raises(Damaged):
        bls.verify(PUBLIC, b"tomorrow", signature)
    with pytest.raises(Damaged):
        bls.verify(bls.public((43).to_bytes(32)), b"today", signature)


@pytest.mark.parametrize(
    "signature",
    [
        G1_INFINITY,
        b"\xff" * 48,  # the library reads this as infinity too
        b"\xc0" + bytes(46) + b"\x01",
        b"\xe0" + bytes(47),
        bytes(48),
        outside_the_subgroup_g1(),
        b"",
        bytes(47),
        bytes(96),
    ],
)
def test_a_signature_that_is_no_point_of_the_group_is_refused(signature):
    with pytest.raises(Damaged):
        bls.verify(PUBLIC, b"today", signature)
    with pytest.raises(Damaged):
        bls.pair_opening(signature, PUBLIC)


@pytest.mark.parametrize(
    "public_key",
    [G2_INFINITY, b"\xff" * 96, bytes(96), outside_the_subgroup_g2(), b"", bytes(48), bytes(95)],
)
def test_a_key_that_is_no_point_of_the_group_is_refused(public_key):
    for wrong in (
        lambda: bls.check_public(public_key),
        lambda: bls.verify(public_key, b"today", bls.sign(SECRET, b"today")),
        lambda: bls.pair_sealing(public_key, b"today", 7),
        lambda: bls.pair_opening(bls.sign(SECRET, b"today"), public_key),
    ):
        with pytest.raises(Damaged):
            wrong()


def test_infinity_signs_nothing_even_under_the_key_infinity():
    with pytest.raises(Damaged):
        bls.verify(G2_INFINITY, b"anything", G1_INFINITY)


@pytest.mark.parametrize("secret", [bytes(32), bls.ORDER.to_bytes(32), b"\xff" * 32, b"", bytes(31)])
def test_a_secret_key_is_a_number_below_the_order(secret):
    with pytest.raises(Mistaken):
        bls.public(secret)
    with pytest.raises(Mistaken):
        bls.sign(secret, b"today")


def test_fresh_keys_differ():
    assert bls.keygen() != bls.keygen()


@pytest.mark.parametrize("round", [0, -1, 1 << 64])
def test_a_round_fits_into_eight_bytes(round):
    with pytest.raises(Mistaken):
        bls.round_message(round)
