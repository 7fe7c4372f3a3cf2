import contextlib
import email
import email.policy
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from twinbell.bond.mail import (
    FILE_NAME_BYTES_MAX,
    FileNote,
    Mail,
    decode,
    encode,
    entry_name,
    one_line_end,
    principal,
)
from twinbell.bond.tar import FLOOR, padded
from twinbell.errors import Damaged, Mistaken

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\r")
texts = st.text(characters, max_size=300)
lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
names = st.text(characters, min_size=1, max_size=40)
notes = st.builds(
    FileNote,
    name=names,
    media=st.sampled_from(["image/jpeg", "application/pdf", "application/octet-stream"]),
    size=st.integers(0, 2**33 - 1),
    sha256=st.binary(min_size=32, max_size=32),
)
mails = st.builds(
    Mail,
    letter=st.binary(min_size=16, max_size=16),
    bond=st.binary(min_size=32, max_size=32),
    lock_sha256=st.binary(min_size=32, max_size=32),
    written_s=st.integers(0, 2**37 - 1),
    writer=lines,
    reader=lines,
    subject=lines,
    text=texts,
    files=st.lists(notes, max_size=4).map(tuple),
)


def mail(**changes):
    fields: dict[str, Any] = {
        "letter": bytes(16),
        "bond": bytes(32),
        "lock_sha256": bytes(32),
        "written_s": 1_795_345_200,
        "writer": "Ada",
        "reader": "Grace",
        "subject": "Hello",
        "text": "Hello.\n",
    }
    return Mail(**(fields | changes))


def note(name="a.txt", media="text/plain", size=0):
    return FileNote(name=name, media=media, size=size, sha256=bytes(32))


@given(mails)
@settings(max_examples=200)
@example(mail(text=""))
@example(mail(text="\n"))
@example(mail(text="a\n\nb"))
@example(mail(text="--twinbell-" + "00" * 16 + "--\n"))
@example(mail(text="é --twinbell-" + "00" * 16 + "--\n" + "e" * 200))
@example(mail(text="From me\n.\n..\n=\n=3D \t\n" + " " * 80))
@example(mail(text="línea\n" * 20))
@example(mail(text="爺さん、お誕生日おめでとう 👵🏽‍🦳\n" * 9))
@example(mail(subject="=?utf-8?B?eA==?=", writer='"<x>"', reader="a <b@c>"))
@example(mail(subject=" spaces  around "))
@example(mail(subject="𝕏" * 200))
def test_decoding_undoes_encoding(letter):
    assert decode(encode(letter)) == letter


@given(mails)
@settings(max_examples=50)
def test_the_standard_library_reads_the_same(letter):
    theirs = email.message_from_bytes(encode(letter), policy=email.policy.default)

    (part,) = theirs.iter_parts()
    payload: Any = part.get_payload(decode=True)
    assert payload.decode() == letter.text.replace("\n", "\r\n")
    assert part.get_content_type() == "text/plain"
    assert theirs["Twinbell-Letter"] == letter.letter.hex()
    assert theirs["Subject"].strip() == letter.subject.strip()
    assert theirs["Date"].datetime.timestamp() == letter.written_s
    assert not theirs.defects


@given(mails)
@settings(max_examples=50)
def test_what_is_signed_is_ascii_in_short_crlf_lines_of_a_padded_length(letter):
    data = encode(letter)

    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert len(data) == padded(len(data)) >= FLOOR


def test_plain_text_can_be_read_without_any_program():
    data = encode(mail(text="Dear Grace,\n\nhappy birthday.\n"))

    assert b"\r\n\r\nDear Grace,\r\n\r\nhappy birthday.\r\n\r\n--twinbell-" in data


def test_text_with_accents_can_almost_be_read():
    assert b"G=C3=BC=C3=9Fe aus K=C3=B6ln" in encode(mail(text="Güße aus Köln, wo es regnet.\n"))


def test_the_principal_names_the_bond_and_nobody():
    assert principal(bytes.fromhex("0123456789abcdef") + bytes(24)) == "writer@0123456789abcdef.twinbell"


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("photo.JPG", "1.jpg"),
        ("Sommer am See.jpeg", "1.jpeg"),
        ("archive.tar.gz", "1.gz"),
        ("README", "1"),
        (".bashrc", "1"),
        ("a.", "1"),
        ("a.b/c", "1"),
        ("a.tòo", "1"),
        ("a.ſ", "1"),
        ("../../etc/passwd.x", "1.x"),
        ("x.verylongextension", "1"),
    ],
)
def test_a_file_is_called_by_its_number_and_a_plain_extension(name, entry):
    assert entry_name(1, name) == entry


def test_line_ends_of_any_editor_become_one():
    assert one_line_end("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_the_longest_header_line_still_fits():
    longest = note("\x80" * (FILE_NAME_BYTES_MAX // 2), media="a" * 39 + "/" + "b" * 40, size=8**11 - 1)

    data = encode(mail(files=(longest,) * 1000))

    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert decode(data).files == (longest,) * 1000


@pytest.mark.parametrize(
    "changes",
    [
        {"letter": bytes(15)},
        {"text": "a\r\nb"},
        {"text": "\ud800"},
        {"subject": "two\nlines"},
        {"subject": "\x1b[31m"},
        {"subject": "\x85"},
        {"writer": "\0"},
        {"subject": "x" * 1001},
        {"text": "x" * (4 * 1024**2 + 1)},
        {"written_s": -1},
        {"files": (note(),) * 1001},
    ],
)
def test_what_no_letter_says(changes):
    with pytest.raises(Mistaken):
        mail(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 256},
        {"name": "\udc80"},
        {"media": "jpeg"},
        {"media": "image/JPEG"},
        {"media": "a/b; c"},
        {"size": 8**11},
    ],
)
def test_what_no_file_is_called(changes):
    with pytest.raises(Mistaken):
        note(**changes)


def edited(old, new, letter=None):
    data = encode(letter or mail(subject="Grüße", files=(note("é.txt"), note("b.txt"))))
    assert data.count(old) >= 1
    body, _, _ = data.rpartition(b"--\r\n")
    body = body.replace(old, new, 1) + b"--\r\n"
    fill = padded(len(body)) - len(body)
    lines, rest = divmod(fill, 78)
    spaces = (b" " * 76 + b"\r\n") * lines + (b" " * (rest - 2) + b"\r\n" if rest >= 2 else b" " * rest)
    return body + spaces


def test_the_editor_of_the_next_test_changes_nothing_by_itself():
    assert decode(edited(b"From", b"From")).subject == "Grüße"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\r\nSubject", b"\nSubject"),
        (b"\r\nSubject", b"\r\n\r\nSubject"),
        (b"Subject: ", b"Subject: x\r\nSubject: "),
        (b"Subject: ", b"Subject:"),
        (b"Subject: =?utf-8?B?", b"Subject: =?utf-8?Q?"),
        (b"Subject: =?utf-8?B?", b"Subject: =?utf-8?B?!"),
        (b"Twinbell-Bond: 00", b"Twinbell-Bond: "),
        (b"Twinbell-Bond: 00", b"Twinbell-Bond: AA"),
        (b"Twinbell-Lock", b"Twinbell-Look"),
        (b"count=2", b"count=1"),
        (b"1.txt; ", b"2.txt; "),
        (b"1.txt; ", b"../x; "),
        (b"bytes=0", b"bytes=00"),
        (b"bytes=0", b"bytes=-1"),
        (b"bytes=0", b"bytes=8589934592"),
        (b"%C3%A9", b"%c3%a9"),
        (b"%C3%A9", b"%C3"),
        (b"%C3%A9", b"%%%"),
        (b"%C3%A9", b"\xc3\xa9"),
        (b"+0000", b"+0100"),
        (b"Sun, 22", b"Mon, 22"),
        (b"Sun, 22", b"Sun, 32"),
        (b"multipart/mixed", b"multipart/alternative"),
        (b"charset=utf-8", b"charset=utf-7"),
        (b"text/plain; charset", b"text/html; charset"),
        (b"7bit", b"8bit"),
        (b"7bit", b"base64"),
        (b"Hello.", b"Hello.\r\n--twinbell-" + b"00" * 16 + b"\r\n\r\nmore"),
    ],
)
def test_a_letter_of_another_shape_is_damaged(old, new):
    with pytest.raises(Damaged):
        decode(edited(old, new))


@pytest.mark.parametrize("data", [b"", b"\r\n", b"x" * 16384, bytes(16384), b" " * 17 * 1024**2])
def test_what_is_no_letter_at_all_is_damaged(data):
    with pytest.raises(Damaged):
        decode(data)


def test_nothing_hides_in_the_padding():
    data = bytearray(encode(mail()))
    data[-300] ^= 1

    with pytest.raises(Damaged):
        decode(bytes(data))


@given(st.binary(max_size=400), st.integers(0, 1200))
@settings(max_examples=100)
def test_any_bytes_decode_or_are_damaged(junk, at):
    data = bytearray(encode(mail(subject="Grüße", files=(note(),))))
    data[at : at + len(junk)] = junk

    with contextlib.suppress(Damaged):
        decode(bytes(data))


def test_a_mail_does_not_show_what_it_says():
    assert "Hello" not in repr(mail())
