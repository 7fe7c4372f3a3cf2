import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_arkworks_bls12381 import GT, G1Point, G2Point
from tests.public_vectors import public_vectors

from twinbell.crypto import bls, ibe
from twinbell.errors import Damaged, Mistaken

SECRET = (7).to_bytes(32)
PUBLIC = bls.public(SECRET)
NAME = bls.round_message(1000)
SIGNATURE = bls.sign(SECRET, NAME)

sixteen = st.binary(min_size=16, max_size=16)


@settings(max_examples=20, deadline=None)
@given(sixteen, sixteen)
def test_opening_undoes_sealing(message, sigma):
    sealed = ibe.encrypt(PUBLIC, NAME, message, sigma)

    assert len(sealed) == ibe.CIPHERTEXT_BYTES
    assert ibe.decrypt(SIGNATURE, sealed) == message


@settings(max_examples=30, deadline=None)
@given(sixteen, st.integers(0, 128 * 8 - 1))
def test_a_changed_bit_is_told(message, bit):
    sealed = bytearray(ibe.encrypt(PUBLIC, NAME, message))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Damaged):
        ibe.decrypt(SIGNATURE, bytes(sealed))


def test_another_signature_does_not_open():
    sealed = ibe.encrypt(PUBLIC, NAME, bytes(16))

    for other in (bls.sign(SECRET, bls.round_message(1001)), bls.sign((8).to_bytes(32), NAME)):
        with pytest.raises(Damaged):
            ibe.decrypt(other, sealed)


def test_sealing_twice_gives_different_bytes():
    assert ibe.encrypt(PUBLIC, NAME, bytes(16)) != ibe.encrypt(PUBLIC, NAME, bytes(16))


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_only_sixteen_bytes_are_sealed(length):
    with pytest.raises(Mistaken):
        ibe.encrypt(PUBLIC, NAME, bytes(length))
    with pytest.raises(Mistaken):
        ibe.encrypt(PUBLIC, NAME, bytes(16), bytes(length))


@pytest.mark.parametrize("length", [0, 96, 127, 129])
def test_a_ciphertext_of_another_length_is_refused(length):
    with pytest.raises(Damaged):
        ibe.decrypt(SIGNATURE, bytes(length))


def test_the_pairing_is_hashed_in_the_order_that_drand_hashes():
    expected = public_vectors("tlock/ibe_vectors.json")["gt"]

    one = bls._gt_bytes(GT.pairing(G1Point(), G2Point()))

    assert one.hex() == expected["gt"]
    assert ibe._digest(b"IBE-H2", one).hex() == expected["hash16"]


def test_ciphertexts_are_those_of_go_and_javascript_byte_for_byte():
    vectors = public_vectors("tlock/ibe_vectors.json")

    for vector in (vectors["go_made"], *vectors["own"]):
        name = bls.round_message(vector["round"])
        message, sigma = bytes.fromhex(vector["msg"]), bytes.fromhex(vector["sigma"])
        sealed = ibe.encrypt(bytes.fromhex(vector["public_key"]), name, message, sigma)

        assert sealed.hex() == vector["ciphertext"]
        assert ibe.decrypt(bytes.fromhex(vector["signature"]), sealed) == message
