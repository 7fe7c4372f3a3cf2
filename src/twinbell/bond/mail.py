"""What a letter says, as any mail program reads it: letter.eml (RFC 5322 and MIME), and back.

Bytes are signed here, so there is one way to write them and little to read: CRLF, nothing but ASCII on the
wire, one text part in a multipart, and behind it, where MIME puts what is ignored, spaces up to the Padmé
length. The text may be in any language. Attachments are not in here: `Twinbell-Files` names each with its
size and hash, and they lie in files.tar under names of ours.

The standard library's `email` would do the same for 20 ms of imports; it is the second opinion in the tests.
The signature is made and checked in `letter.py`; the format is in `docs/spec/letter.md`.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field

from twinbell.bond import civil
from twinbell.bond.tar import SIZE_MAX, padded
from twinbell.errors import Damaged, Mistaken

TEXT_BYTES_MAX = 4 * 1024**2  # a thick novel; longer ones are files
EML_BYTES_MAX = 16 * 1024**2  # base64 and the names of a thousand files; held in memory whole
SUBJECT_BYTES_MAX = 1000
PERSON_BYTES_MAX = 256
FILES_MAX = 1000
FILE_NAME_BYTES_MAX = 255  # what file systems take; percent-encoded it still fits into a header line
MEDIA_LENGTH_MAX = 80
_LINE_MAX = 998  # RFC 5322 §2.1.1

_WORD_BYTES = 42  # of UTF-8 in one encoded word: 56 base64 characters, 68 in all (RFC 2047 allows 75)
_WORD_HEAD, _WORD_TAIL = "=?utf-8?B?", "?="
_PLAIN_MAX = 60
_UNESCAPED = frozenset(  # RFC 8187 attr-char
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!#$&+^`|"
)
_EXTENSION_MAX = 8
_FILL = " " * 76 + "\r\n"
_TOKEN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789!#$&^_.+-")

_OTHER_SHAPE = "This letter has another shape than ours."
_BAD_DATE = "This letter has no date that can be read."
_BAD_FILES = "The list of files in this letter is not what it should be."


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNote:
    """What a letter says about one of its files. `name` is what the writer called it, in any script."""

    name: str
    media: str
    size: int
    sha256: bytes

    def __post_init__(self) -> None:
        if not 0 < len(_utf8(self.name)) <= FILE_NAME_BYTES_MAX:
            raise Mistaken(f"The name of a file has from 1 to {FILE_NAME_BYTES_MAX} bytes.")
        kind, _, sub = self.media.partition("/")
        if not (kind and sub and set(kind + sub) <= _TOKEN) or len(self.media) > MEDIA_LENGTH_MAX:
            raise Mistaken("The type of a file reads like image/jpeg, in lower case.")
        if not 0 <= self.size <= SIZE_MAX:
            raise Mistaken("A file in a letter has less than 8 GiB.")
        if len(self.sha256) != 32:
            raise Mistaken("A SHA-256 has 32 bytes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What one letter says. Line ends of `text` are line feeds. Nothing of it shows in a repr."""

    letter: bytes
    bond: bytes
    lock_sha256: bytes
    written_s: int
    writer: str = field(repr=False)
    reader: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    files: tuple[FileNote, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if (len(self.letter), len(self.bond), len(self.lock_sha256)) != (16, 32, 32):
            raise Mistaken("The ids of a letter have 16 bytes, 32 and 32.")
        if not 0 <= self.written_s < 2**37:  # the year 6325
            raise Mistaken("A letter is written at a second after 1970.")
        for what, line, bytes_max in (
            ("The subject", self.subject, SUBJECT_BYTES_MAX),
            ("The name of its writer", self.writer, PERSON_BYTES_MAX),
            ("The name of its reader", self.reader, PERSON_BYTES_MAX),
        ):
            if any(c < " " or "\x7f" <= c <= "\x9f" for c in line):
                raise Mistaken(f"{what} is one line, of characters that can be seen.")
            if (length := len(_utf8(line))) > bytes_max:
                raise Mistaken(f"{what} has {bytes_max} bytes at most, and this has {length}.")
        if len(_utf8(self.text)) > TEXT_BYTES_MAX:
            raise Mistaken("The text of a letter has 4 MiB at most.", hint="Attach it as a file.")
        if "\r" in self.text:
            raise Mistaken("Lines of a letter end in a line feed.")
        if len(self.files) > FILES_MAX:
            raise Mistaken(f"A letter has {FILES_MAX} files at most.")


def principal(bond: bytes) -> str:
    """Return the name in which the writer of a letter signs: it says nothing outside the bond."""
    return f"writer@{bond[:8].hex()}.twinbell"


def entry_name(number: int, name: str) -> str:
    """Return what file `number` (from 1) is called in files.tar: the number, and its extension if plain."""
    extension = name.rpartition(".")[2].lower() if "." in name[1:] else ""
    plain = extension.isascii() and extension.isalnum() and len(extension) <= _EXTENSION_MAX
    return f"{number}.{extension}" if plain else str(number)


def one_line_end(text: str) -> str:
    """Return `text` with every line ended as a letter ends it, whatever its editor used."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def encode(mail: Mail) -> bytes:
    """Return letter.eml: ASCII, CRLF, of a Padmé length."""
    boundary = f"twinbell-{mail.letter.hex()}"
    encoding, body = _encode_text(mail.text, boundary)
    part = ["Content-Type: text/plain; charset=utf-8", f"Content-Transfer-Encoding: {encoding}"]
    lines = [*_head(mail, boundary), "", f"--{boundary}", *part, "", body, f"--{boundary}--", ""]
    data = "\r\n".join(lines).encode("ascii")
    return data + _fill(padded(len(data)) - len(data))


def decode(data: bytes) -> Mail:
    """Return what `data` says; raise `Damaged` for a letter.eml of any other shape than ours.

    Says nothing about who wrote it: check the signature first.
    """
    if len(data) > EML_BYTES_MAX:
        raise Damaged("This letter is too long.")
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise Damaged("This letter is not written in ASCII.") from None
    if not text.count("\r\n") == text.count("\r") == text.count("\n"):
        raise Damaged("A line of this letter does not end in CRLF.")
    head, _, rest = text.partition("\r\n\r\n")
    fields = _read_head(head)
    boundary = _between(_field(fields, "content-type"), 'multipart/mixed; boundary="', '"')
    part, end, fill = _between(rest, f"--{boundary}\r\n").rpartition(f"\r\n--{boundary}--\r\n")
    if not end or f"\r\n--{boundary}" in part:
        raise Damaged(_OTHER_SHAPE)
    if len(data) != padded(len(data) - len(fill)) or fill.encode() != _fill(len(fill)):
        raise Damaged("There is something behind the end of this letter.")
    try:
        return Mail(
            letter=_hex(_field(fields, "twinbell-letter")),
            bond=_hex(_field(fields, "twinbell-bond")),
            lock_sha256=_hex(_field(fields, "twinbell-lock")),
            written_s=_read_date(_field(fields, "date")),
            writer=_read_words(_field(fields, "from").rpartition(" <")[0]),
            reader=_read_words(_field(fields, "to").rpartition(" <")[0]),
            subject=_read_words(_field(fields, "subject")),
            text=_read_part(part),
            files=_read_files(_field(fields, "twinbell-files")),
        )
    except Mistaken as error:
        raise Damaged(str(error)) from None


def _head(mail: Mail, boundary: str) -> list[str]:
    home = principal(mail.bond).partition("@")[2]
    return [
        f"From: {_words(mail.writer)} <{principal(mail.bond)}>",
        f"To: {_words(mail.reader)} <reader@{home}>",
        f"Subject: {_words(mail.subject)}",
        f"Date: {_date(mail.written_s)}",
        f"Message-ID: <{mail.letter.hex()}@{home}>",
        f"Twinbell-Letter: {mail.letter.hex()}",
        f"Twinbell-Bond: {mail.bond.hex()}",
        f"Twinbell-Lock: {mail.lock_sha256.hex()}",
        f"Twinbell-Files: {_files(mail.files)}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{boundary}"',
    ]


# The text


def _encode_text(text: str, boundary: str) -> tuple[str, str]:
    """Return transfer encoding and body: as it is, or mostly readable, or base64 where little would be."""
    lines = text.split("\n")
    if text.isascii() and all(_is_plain(line) for line in lines):
        return "7bit", "\r\n".join(lines)
    data = text.replace("\n", "\r\n").encode()
    quoted = binascii.b2a_qp(data).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    base = base64.b64encode(data).decode()
    folded = "\r\n".join(base[at : at + 76] for at in range(0, len(base), 76))
    # A text can hold its own boundary only if its writer knew the letter's id before it was made; still.
    whole = f"--{boundary}".encode() not in quoted and binascii.a2b_qp(quoted) == data
    if whole and len(quoted) <= len(data) * 3 // 2:
        return "quoted-printable", quoted.decode("ascii")
    return "base64", folded


def _is_plain(line: str) -> bool:
    return len(line) <= 76 and line.isprintable() and not line.startswith("--") and not line.endswith(" ")


def _read_part(part: str) -> str:
    head, blank, body = part.partition("\r\n\r\n")
    fields = _read_head(head)
    if not blank or _field(fields, "content-type") != "text/plain; charset=utf-8":
        raise Damaged("The text of this letter is not plain text.")
    encoding = _field(fields, "content-transfer-encoding")
    try:
        if encoding == "7bit":
            data = body.encode()
        elif encoding == "quoted-printable":
            data = binascii.a2b_qp(body.encode())
        elif encoding == "base64":
            data = base64.b64decode(body.replace("\r\n", ""), validate=True)
        else:
            raise Damaged("The text of this letter is encoded in a way that is not known here.")
        return data.decode().replace("\r\n", "\n")
    except (binascii.Error, UnicodeDecodeError):
        raise Damaged("The text of this letter is not UTF-8.") from None


def _fill(length: int) -> bytes:
    """Return spaces in short lines, `length` bytes in all: the epilogue, which MIME ignores."""
    lines, rest = divmod(length, len(_FILL))
    last = " " * (rest - 2) + "\r\n" if rest >= 2 else " " * rest
    return (_FILL * lines + last).encode()


# Header fields


def _read_head(head: str) -> dict[str, str]:
    """Return the unfolded fields by lower-case name; `Damaged` for a name that comes twice."""
    fields: dict[str, str] = {}
    for line in head.replace("\r\n ", "\n ").split("\r\n"):
        name, colon, value = line.partition(": ")
        name = name.lower()
        if not colon or name in fields or any(len(each) > _LINE_MAX for each in line.split("\n")):
            raise Damaged("A header field of this letter is doubled or malformed.")
        fields[name] = value
    return fields


def _field(fields: dict[str, str], name: str) -> str:
    if name not in fields:
        raise Damaged(f"This letter has no header field {name.title()}.")
    return fields[name]


def _between(text: str, before: str, after: str = "") -> str:
    if not text.startswith(before) or not text.endswith(after):
        raise Damaged(_OTHER_SHAPE)
    return text[len(before) : len(text) - len(after)]


def _hex(text: str) -> bytes:
    if set(text) - frozenset("0123456789abcdef") or len(text) % 2:
        raise Damaged("An id in this letter is not in hex.")
    return bytes.fromhex(text)


def _words(text: str) -> str:
    """Return `text` as it stands if it is short and plain, else as encoded words (RFC 2047), one a line."""
    plain = text.isascii() and text.replace(" ", "x").isalnum() and text.strip() == text
    if text == "" or (plain and len(text) <= _PLAIN_MAX):
        return text
    pieces = [b""]
    for character in text:
        if len(pieces[-1] + character.encode()) > _WORD_BYTES:
            pieces.append(b"")
        pieces[-1] += character.encode()
    return "\r\n ".join(_WORD_HEAD + base64.b64encode(piece).decode() + _WORD_TAIL for piece in pieces)


def _read_words(value: str) -> str:
    text = value
    if value.startswith("=?"):
        try:
            parts = [_between(word, _WORD_HEAD, _WORD_TAIL) for word in value.split("\n ")]
            text = b"".join(base64.b64decode(part, validate=True) for part in parts).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Damaged("A name in this letter is not UTF-8.") from None
    if _words(text).replace("\r\n", "\n") != value:
        raise Damaged("A name in this letter is written in another way than ours.")
    return text


def _date(second: int) -> str:
    at = civil.utc(second)
    day = f"{at.weekday[:3]}, {at.day:02} {civil.MONTHS[at.month - 1][:3]} {at.year:04}"
    return f"{day} {at.hour:02}:{at.minute:02}:{at.second:02} +0000"


def _read_date(value: str) -> int:
    months = [month[:3] for month in civil.MONTHS]
    try:
        _, day, month, year, hour, minute, second, _ = value.replace(":", " ").split(" ")
        at = civil.Civil(int(year), months.index(month) + 1, int(day), int(hour), int(minute), int(second))
    except ValueError:
        raise Damaged(_BAD_DATE) from None
    written_s = civil.seconds(at)
    if written_s < 0 or _date(written_s) != value:
        raise Damaged(_BAD_DATE)
    return written_s


# The list of files


def _files(files: Sequence[FileNote]) -> str:
    lines = [f"count={len(files)}"]
    for number, note in enumerate(files, 1):
        lines.append(
            f"{entry_name(number, note.name)}; bytes={note.size}; type={note.media}; "
            f"sha256={note.sha256.hex()}; name*=UTF-8''{_escape(note.name)}"
        )
    return ",\r\n ".join(lines)


def _read_files(value: str) -> tuple[FileNote, ...]:
    _, *lines = value.split(",\n ")
    if len(lines) > FILES_MAX:
        raise Damaged("This letter has too many files.")
    files = tuple(map(_read_file, lines))
    if _files(files).replace("\r\n", "\n") != value:
        raise Damaged(_BAD_FILES)
    return files


def _read_file(line: str) -> FileNote:
    try:
        _, size, media, digest, name = line.split("; ")
        return FileNote(
            name=_unescape(_between(name, "name*=UTF-8''")),
            media=_between(media, "type="),
            size=int(_between(size, "bytes=")),
            sha256=_hex(_between(digest, "sha256=")),
        )
    except (ValueError, Mistaken):
        raise Damaged(_BAD_FILES) from None


def _escape(name: str) -> str:
    return "".join(chr(byte) if byte in _UNESCAPED else f"%{byte:02X}" for byte in name.encode())


def _unescape(text: str) -> str:
    first, *rest = text.split("%")
    return (first.encode() + b"".join(bytes.fromhex(each[:2]) + each[2:].encode() for each in rest)).decode()


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Mistaken("This text has half of a character in it.") from None
