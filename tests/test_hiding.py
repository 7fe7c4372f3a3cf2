"""The search for canaries finds a word wherever it hides."""

import gzip
import zlib
from base64 import b32encode, b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torture.hiding import hits

WORD = "Mark0123456789abcdef"


@given(before=st.binary(max_size=40), after=st.binary(max_size=40))
def test_base64_is_seen_at_every_alignment(before, after):
    line = before + WORD.encode() + after

    assert hits(b64encode(line), WORD)
    assert hits(urlsafe_b64encode(line), WORD)
    assert hits(line.hex().encode(), WORD)


@pytest.mark.parametrize(
    "leak",
    [
        WORD.encode(),
        WORD.encode("utf-16-le"),
        b32encode(WORD.encode()),
        zlib.compress(b"a long line with " + WORD.encode()),
        gzip.compress(b64encode(WORD.encode()), mtime=0),
    ],
    ids=["raw", "UTF-16", "base32", "zlib", "gzip"],
)
def test_a_planted_word_is_seen_among_noise(leak):
    noise = bytes(range(256)) * 20

    assert hits(noise + leak + noise, WORD)
    assert not hits(noise, WORD)
