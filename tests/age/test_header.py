import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinbell.age.header import (
    HEADER_BYTES_MAX,
    STANZAS_MAX,
    Stanza,
    check_mac,
    finish,
    parse,
    serialise,
)
from twinbell.age.source import Input
from twinbell.errors import HeaderDamaged, HmacDamaged, Mistaken

KEY = bytes(16)
words = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
stanzas = st.builds(Stanza, words, st.lists(words, max_size=4).map(tuple), st.binary(max_size=200))


def read(data: bytes):
    return parse(Input(io.BytesIO(data)))


@given(st.lists(stanzas, min_size=1, max_size=5))
@settings(max_examples=50)
def test_a_header_reads_as_it_was_written(stanzas):
    signed = serialise(stanzas)

    header = read(finish(KEY, signed) + b"what follows")

    assert header.stanzas == tuple(stanzas)
    assert header.signed == signed
    check_mac(header, KEY)


def test_a_header_leaves_what_follows_it():
    source = Input(io.BytesIO(finish(KEY, serialise([Stanza("a", (), b"")])) + b"what follows"))

    parse(source)

    assert source.read(100) == b"what follows"


def test_a_header_under_another_file_key_is_not_the_one_that_was_written():
    header = read(finish(KEY, serialise([Stanza("a", (), b"")])))

    with pytest.raises(HmacDamaged):
        check_mac(header, b"another file key")


@pytest.mark.parametrize("word", ["", "a b", "a\n", "ü", "a\x7f"])
def test_an_argument_that_could_not_be_read_back_is_not_written(word):
    with pytest.raises(Mistaken):
        serialise([Stanza("a", (word,), b"")])


def test_a_header_without_recipients_is_neither_written_nor_read():
    with pytest.raises(Mistaken):
        serialise([])
    with pytest.raises(HeaderDamaged):
        read(b"age-encryption.org/v1\n--- " + b"A" * 43 + b"\n")


def test_a_header_longer_than_any_header_is_refused_before_it_is_read_whole():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, n=-1, /):
            self.given += n
            return b"A" * n

    line, body = Endless(), Endless()

    with pytest.raises(HeaderDamaged):
        parse(Input(line))
    with pytest.raises(HeaderDamaged):
        parse(Input(io.BytesIO(b"age-encryption.org/v1\n" + b"-> a\n" + (b"A" * 64 + b"\n") * 20_000)))
    assert line.given < 2 * HEADER_BYTES_MAX
    assert body.given == 0


def test_more_stanzas_than_anybody_needs_are_refused():
    few, many = ([Stanza("a", (), b"")] * count for count in (STANZAS_MAX, STANZAS_MAX + 1))

    assert len(read(finish(KEY, serialise(few))).stanzas) == STANZAS_MAX
    with pytest.raises(HeaderDamaged):
        read(finish(KEY, serialise(many)))
