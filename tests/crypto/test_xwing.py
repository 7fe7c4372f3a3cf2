import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.public_vectors import public_vectors

from twinbell.crypto import xwing
from twinbell.errors import Damaged, Mistaken

seeds = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("at", range(3))
def test_the_draft_vectors_hold(at):
    vector = public_vectors("xwing/test-vectors.json")[at]
    seed, ciphertext = bytes.fromhex(vector["seed"]), bytes.fromhex(vector["ct"])

    assert xwing.public(seed).hex() == vector["pk"]
    assert xwing.decapsulate(seed, ciphertext).hex() == vector["ss"]


@pytest.mark.parametrize("at", range(3))
def test_the_x25519_half_of_the_draft_encapsulations_is_at_the_end(at):
    """`cryptography` has no derandomised ML-KEM encapsulation; the half that can be recomputed, is."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    vector = public_vectors("xwing/test-vectors.json")[at]
    ephemeral = X25519PrivateKey.from_private_bytes(bytes.fromhex(vector["eseed"])[32:])

    assert ephemeral.public_key().public_bytes_raw().hex() == vector["ct"][-64:]


@given(seeds)
@settings(max_examples=20)
def test_both_ends_get_the_same_secret(seed):
    ciphertext, secret = xwing.encapsulate(xwing.public(seed))

    assert xwing.decapsulate(seed, ciphertext) == secret
    assert (len(ciphertext), len(secret)) == (xwing.CIPHERTEXT_BYTES, xwing.SECRET_BYTES)


@given(seeds, st.integers(0, xwing.CIPHERTEXT_BYTES * 8 - 1))
@settings(max_examples=40)
def test_a_changed_ciphertext_gives_another_secret(seed, bit):
    if bit == xwing.CIPHERTEXT_BYTES * 8 - 1:
        bit -= 1  # RFC 7748 ignores the top bit of a point; the combiner hashes it all the same
    ciphertext, secret = xwing.encapsulate(xwing.public(seed))
    changed = bytearray(ciphertext)
    changed[bit // 8] ^= 1 << bit % 8

    assert xwing.decapsulate(seed, bytes(changed)) != secret


def test_the_bit_of_a_point_that_x25519_ignores_is_not_ignored():
    seed = bytes(32)
    ciphertext, secret = xwing.encapsulate(xwing.public(seed))
    changed = ciphertext[:-1] + bytes([ciphertext[-1] ^ 0x80])

    assert xwing.decapsulate(seed, changed) != secret


@given(st.binary(max_size=64) | st.binary(min_size=xwing.PUBLIC_BYTES, max_size=xwing.PUBLIC_BYTES))
@settings(max_examples=30)
def test_what_is_no_public_key_is_damaged(data):
    try:
        xwing.encapsulate(data)
    except Damaged:
        return
    assert len(data) == xwing.PUBLIC_BYTES


def test_points_of_low_order_and_unreduced_coefficients_are_refused():
    good = xwing.public(bytes(32))

    for bad in [good[:-32] + bytes(32), b"\xff" * 1184 + good[-32:]]:
        with pytest.raises(Damaged):
            xwing.encapsulate(bad)
    with pytest.raises(Damaged):
        xwing.decapsulate(bytes(32), bytes(xwing.CIPHERTEXT_BYTES))


@pytest.mark.parametrize("length", [0, 1119, 1121])
def test_a_ciphertext_of_another_length_is_damaged(length):
    with pytest.raises(Damaged):
        xwing.decapsulate(bytes(32), bytes(length))


def test_a_seed_of_another_length_is_a_mistake():
    with pytest.raises(Mistaken):
        xwing.public(bytes(31))


def test_fresh_seeds_differ():
    assert len({xwing.generate() for _ in range(20)}) == 20
