import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.crypto import kdf
from twinbell.errors import Mistaken

# RFC 5869, appendix A: ikm, salt, info, length, prk, okm.
RFC_5869 = [
    (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        42,
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        "0b" * 22,
        "",
        "",
        42,
        "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
]


@pytest.mark.parametrize(("ikm", "salt", "info", "length", "prk", "okm"), RFC_5869)
def test_hkdf_agrees_with_the_rfc(ikm, salt, info, length, prk, okm):
    ikm, salt, info = bytes.fromhex(ikm), bytes.fromhex(salt), bytes.fromhex(info)

    assert kdf.extract(ikm, salt=salt).hex() == prk
    assert kdf.hkdf(ikm, salt=salt, info=info, length=length).hex() == okm


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80), st.integers(1, 300))
def test_hkdf_agrees_with_a_second_library(ikm, salt, info, length):
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    theirs = HKDF(SHA256(), length, salt or None, info).derive(ikm)

    assert kdf.hkdf(ikm, salt=salt, info=info, length=length) == theirs


@pytest.mark.parametrize("length", [0, -1, kdf.OUTPUT_BYTES_MAX + 1])
def test_hkdf_gives_no_length_that_the_rfc_does_not_allow(length):
    with pytest.raises(Mistaken):
        kdf.hkdf(b"ikm", info=b"", length=length)


def test_sha256_hashes_its_parts_joined():
    assert kdf.sha256(b"ab", b"", b"c") == kdf.sha256(b"abc")
    assert kdf.sha256(b"abc").hex().startswith("ba7816bf8f01cfea")
