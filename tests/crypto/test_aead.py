import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.crypto import aead
from twinbell.errors import Damaged

keys = st.binary(min_size=32, max_size=32)
nonces = st.binary(min_size=12, max_size=12)


@given(keys, nonces, st.binary(), st.binary())
def test_opening_undoes_sealing(key, nonce, plaintext, aad):
    sealed = aead.seal(key, plaintext, aad=aad, nonce=nonce)

    assert aead.open_(key, sealed, aad=aad, nonce=nonce) == plaintext
    assert len(sealed) == len(plaintext) + aead.TAG_BYTES


@given(keys, st.binary(max_size=60), st.data())
def test_a_single_changed_bit_is_noticed(key, plaintext, data):
    sealed = bytearray(aead.seal(key, plaintext, aad=b"about"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Damaged):
        aead.open_(key, bytes(sealed), aad=b"about")


def test_another_key_nonce_or_aad_does_not_open():
    key, other = bytes(32), bytes(31) + b"\1"
    sealed = aead.seal(key, b"text", aad=b"about")

    for attempt in [
        {"key": other, "aad": b"about"},
        {"key": key, "aad": b"About"},
        {"key": key, "aad": b"about", "nonce": bytes(11) + b"\1"},
    ]:
        with pytest.raises(Damaged):
            aead.open_(sealed=sealed, **attempt)


@given(st.binary(max_size=40))
def test_any_bytes_are_refused_in_words(sealed):
    with pytest.raises(Damaged):
        aead.open_(bytes(32), sealed)


def test_it_is_the_algorithm_of_rfc_8439():
    key = bytes(range(0x80, 0xA0))
    nonce = bytes.fromhex("070000004041424344454647")
    aad = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    text = (
        b"Ladies and Gentlemen of the class of '99: "
        b"If I could offer you only one tip for the future, sunscreen would be it."
    )

    sealed = aead.seal(key, text, aad=aad, nonce=nonce)

    assert sealed[-16:].hex() == "1ae10b594f09e26a7e902ecbd0600691"
