"""Text armor: an age file as lines of 64 characters (age v1, "ASCII armor"; RFC 7468, strict).

For mail and chat. White space around it is tolerated and lines may end in CRLF; nothing else may differ from
what would be written, since whoever can change the text must not be able to change it unnoticed.
"""

import binascii

from twinbell.age.source import Input, Sink, Source, write_all
from twinbell.errors import ArmorDamaged

BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
_COLUMNS = 64
_LINE_BYTES = 48  # that 64 characters stand for
_BATCH = _LINE_BYTES * 1024
_SPACE_MAX = 1024  # white space that is tolerated around the armor
_BINARY_START = b"age-encryption.org/"
_LOOK = 512
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def detect(source: Source) -> Input:
    """Return what gives the binary file in `source`, whether that is armored or not.

    What does not begin as a binary age file, and has dashes early on, was meant to be armored: so damage to
    its first line is told as damage to the armor.
    """
    taken = Input(source)
    start = taken.peek(len(_BINARY_START))
    if start != _BINARY_START and b"-----" in taken.peek(_LOOK):
        return Input(ArmorReader(taken))
    return taken


class ArmorWriter:
    """Takes binary, writes lines. `close` ends the armor and leaves open what it writes to."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._held = bytearray()
        write_all(sink, memoryview(BEGIN + b"\n"))

    def write(self, data: memoryview, /) -> int:
        """Take `data`; less than one line of it waits for the next."""
        self._held += data
        whole = len(self._held) - len(self._held) % _LINE_BYTES
        for start in range(0, whole, _BATCH):
            self._put(self._held[start : min(start + _BATCH, whole)])
        del self._held[:whole]
        return len(data)

    def close(self) -> None:
        """Write what waits, and the last line."""
        if self._held:
            self._put(self._held)
        write_all(self._sink, memoryview(END + b"\n"))

    def _put(self, data: bytearray) -> None:
        text = binascii.b2a_base64(data, newline=False)
        lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
        write_all(self._sink, memoryview(b"\n".join(lines) + b"\n"))


class ArmorReader:
    """Reads lines, gives binary; raises `ArmorDamaged` where a line is not as it would be written."""

    def __init__(self, source: Input) -> None:
        self._lines = source
        self._begun = self._ended = self._short = False
        self._left = b""  # of a line of which less was asked for

    def read(self, length: int, /) -> bytes:
        """Return up to `length` bytes; none only at the end of the armor."""
        data = self._left or self._more(length)
        self._left = data[length:]
        return data[:length]

    def _more(self, length: int) -> bytes:
        if not self._begun:
            self._begun = True
            self._begin()
        if text := self._whole_lines(length):
            return binascii.a2b_base64(text, strict_mode=True)
        out: list[bytes] = []
        count = 0
        while not self._ended and (not out or count + _COLUMNS <= length):
            line = self._line()
            if line == END:
                self._ended = True
                self._finish()
            elif self._short or not line or len(line) > _COLUMNS:
                raise ArmorDamaged
            else:
                self._short = len(line) < _COLUMNS or line.endswith(b"=")
                out.append(line)
                count += _LINE_BYTES
        return self._decode(b"".join(out))

    def _whole_lines(self, length: int) -> bytes:
        """Take many lines at once where all are plainly full ones, which is nearly always; else none."""
        if self._ended or self._short or length < _LINE_BYTES:
            return b""
        row = _COLUMNS + 1
        block = self._lines.peek(min(length, _BATCH) // _LINE_BYTES * row)
        block = block[: len(block) - len(block) % row]
        text = block.translate(None, b"\n")
        rows = len(block) // row
        if len(text) != rows * _COLUMNS or block[_COLUMNS::row] != b"\n" * rows or not _is_base64(text):
            return b""
        self._lines.read(len(block))
        return text

    def _begin(self) -> None:
        space = 0
        while self._lines.peek(1).isspace():
            self._lines.read(1)
            space += 1
            if space > _SPACE_MAX:
                raise ArmorDamaged
        if self._line() != BEGIN:
            raise ArmorDamaged

    def _line(self) -> bytes:
        start = self._lines.peek(_COLUMNS + 2)
        end = start.find(b"\n")
        if end < 0:  # only the last line may do without a line feed
            if len(start) > _COLUMNS + 1:
                raise ArmorDamaged
            return self._lines.read(len(start)).removesuffix(b"\r")
        return self._lines.read(end + 1)[:-1].removesuffix(b"\r")

    def _finish(self) -> None:
        space = 0
        while block := self._lines.read(_SPACE_MAX):
            space += len(block)
            if not block.isspace() or space > _SPACE_MAX:
                raise ArmorDamaged("There is something behind the armor of this age file.")

    def _decode(self, text: bytes) -> bytes:
        try:
            data = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            raise ArmorDamaged from None
        # Only a last line has bits that could vary without changing what it stands for.
        tail = len(text) - (len(text) % _COLUMNS or min(len(text), _COLUMNS))
        if binascii.b2a_base64(data[tail // 4 * 3 :], newline=False) != text[tail:]:
            raise ArmorDamaged
        return data


def _is_base64(text: bytes) -> bool:
    """Tell whether this is nothing but the 64 characters: no padding, so no bits to spare."""
    return not text.translate(None, _ALPHABET)
