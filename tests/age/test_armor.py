import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinbell.age.armor import BEGIN, END, ArmorReader, ArmorWriter
from twinbell.age.source import Input
from twinbell.errors import ArmorDamaged

lengths = st.one_of(
    st.integers(0, 300), st.sampled_from([48 * 1024 - 1, 48 * 1024, 48 * 1024 + 1, 3 * 48 * 1024 + 5])
)


def armored(data: bytes, *, step: int = 1 << 20) -> bytes:
    sink = io.BytesIO()
    writer = ArmorWriter(sink)
    for at in range(0, len(data), step):
        writer.write(memoryview(data[at : at + step]))
    writer.close()
    return sink.getvalue()


def unarmored(text: bytes, *, step: int = 1 << 20) -> bytes:
    reader = ArmorReader(Input(io.BytesIO(text)))
    return b"".join(iter(lambda: reader.read(step), b""))


@given(
    length=lengths, write=st.sampled_from([1, 47, 48, 1 << 20]), read=st.sampled_from([1, 48, 100, 1 << 20])
)
@settings(max_examples=50, deadline=None)
def test_taking_armor_off_undoes_putting_it_on(length, write, read):
    data = bytes(at * 7 % 256 for at in range(length))

    text = armored(data, step=write if length < 400 else 5000)

    assert unarmored(text, step=read if length < 400 else 5000) == data
    assert all(len(line) == 64 for line in text.split(b"\n")[1:-3])


@given(length=lengths)
@settings(max_examples=20, deadline=None)
def test_lines_may_end_as_mail_ends_them(length):
    data = bytes(length)

    assert unarmored(armored(data).replace(b"\n", b"\r\n")) == data


@pytest.mark.parametrize(
    "text",
    [
        b"",
        BEGIN,
        BEGIN + b"\n",
        BEGIN + b"\nAAAA\n",
        BEGIN + b"\nAAAA\nAAAA\n" + END,
        BEGIN + b"\nAA==\nAAAA\n" + END,
        BEGIN + b"\nAAA\n" + END,
        BEGIN + b"\nAB==\n" + END,
        BEGIN + b"\n\n" + END,
        BEGIN + b"\n AAA\n" + END,
        BEGIN + b"\nAAA*\n" + END,
        BEGIN + b"\n" + b"A" * 68 + b"\n" + END,
        BEGIN + b"\n" + b"A" * 63 + b"=\nAAAA\n" + END,
        BEGIN + b"\n" + (b"A" * 64 + b"\n") * 3 + (b"A" * 62 + b"==\n") + (b"A" * 64 + b"\n") + END,
        BEGIN + b"\nAAAA\n" + END + b"\nmore",
        BEGIN + b"\nAAAA\n" + END + b" " * 2000,
        b" " * 2000 + BEGIN + b"\nAAAA\n" + END,
        BEGIN.lower() + b"\nAAAA\n" + END,
    ],
)
def test_what_would_not_be_written_so_is_not_read(text):
    with pytest.raises(ArmorDamaged):
        unarmored(text)


def test_white_space_around_it_is_tolerated():
    assert unarmored(b"\r\n \t" + armored(b"hello") + b" \n\n") == b"hello"
    assert unarmored(armored(b"hello").rstrip()) == b"hello"
