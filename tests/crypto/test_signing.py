import pytest
from hypothesis import given
from hypothesis import strategies as st
from vectors import edwards

from twinbell.crypto import signing
from twinbell.crypto.signing import SigningKey, VerifyKey
from twinbell.errors import Damaged, Mistaken

seeds = st.binary(min_size=32, max_size=32)

# RFC 8032 §7.1: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_signatures_agree_with_the_rfc(seed, public, message, signature):
    key = SigningKey(bytes.fromhex(seed))

    assert key.verify_key.raw.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature


@given(seeds, st.binary())
def test_a_signature_is_right_for_its_message(seed, message):
    key = SigningKey(seed)

    key.verify_key.verify(key.sign(message), message)


@given(seeds, st.binary(max_size=40), st.integers(0, 511))
def test_a_single_changed_bit_is_noticed(seed, message, bit):
    key = SigningKey(seed)
    signature = bytearray(key.sign(message))
    signature[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Damaged):
        key.verify_key.verify(bytes(signature), message)
    with pytest.raises(Damaged):
        key.verify_key.verify(key.sign(message), message + b"!")


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_bytes_are_refused_in_words(raw, signature):
    with pytest.raises(Damaged):
        VerifyKey(raw).verify(signature, b"message")


def test_no_point_of_small_order_is_a_key():
    for x, y in edwards.small_order():
        for sign in (x & 1, 1 - (x & 1)):
            with pytest.raises(Damaged):
                VerifyKey((y | sign << 255).to_bytes(32, "little"))
        if y + edwards.P < 2**255:
            with pytest.raises(Damaged):
                VerifyKey((y + edwards.P).to_bytes(32, "little"))


def test_a_key_has_one_encoding():
    for y in range(2**255 - 19, 2**255):
        with pytest.raises(Damaged):
            VerifyKey(y.to_bytes(32, "little"))


def test_a_seed_of_another_length_is_a_mistake():
    with pytest.raises(Mistaken):
        SigningKey(bytes(33))


def test_ours_and_theirs_are_two_types():
    key = SigningKey.generate()

    assert not hasattr(key.verify_key, "sign")
    assert len(key.sign(b"")) == signing.SIGNATURE_BYTES
    assert SigningKey.generate() != key
