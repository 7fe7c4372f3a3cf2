import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.errors import Damaged, Unauthorised
from twinbell.wire.auth import Token, parse_header


@given(st.binary(min_size=32, max_size=32))
def test_a_token_is_read_as_it_was_written(secret):
    token = Token(secret)

    assert parse_header(token.header()) == token
    assert token.hash == hashlib.sha256(secret).digest()


@given(st.one_of(st.none(), st.text(max_size=60), st.text(max_size=50).map("Bearer ".__add__)))
def test_anything_else_is_unauthorised(value):
    try:
        token = parse_header(value)
    except Unauthorised:
        return
    assert token.header() == value


def test_a_token_has_one_spelling():
    header = Token(bytes(32)).header()

    with pytest.raises(Unauthorised):
        parse_header(header[:-1] + "B")  # the same bytes, but for two bits that nothing reads


def test_a_token_does_not_print_itself():
    assert "tttt" not in repr(Token(b"t" * 32))


def test_a_token_has_thirty_two_bytes():
    with pytest.raises(Damaged):
        Token(b"short")


def test_tokens_are_fresh():
    assert Token.generate() != Token.generate()
