"""Where a word can hide: every encoding in which a search has to look for it."""

import base64
import re
import zlib
from collections.abc import Iterator

_STREAMS = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")  # where gzip and zlib begin
_INFLATED_MAX = 8 << 20


def shapes(word: str) -> dict[str, bytes]:
    """Return how `word` looks in each encoding that keeps its bytes together."""
    raw = word.encode()
    found = {
        "raw": raw,
        "upper": raw.upper(),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "utf-16le": word.encode("utf-16-le"),
        "utf-16be": word.encode("utf-16-be"),
        "base32": base64.b32encode(raw[: len(raw) // 5 * 5]),
    }
    for shift in range(3):  # base64 shifts by where the word begins; the ends depend on what stands beside it
        inner = base64.b64encode(bytes(shift) + raw)[4 if shift else 0 :]
        inner = inner[: (len(raw) - 3) // 3 * 4]
        found[f"base64+{shift}"] = inner
        found[f"base64url+{shift}"] = inner.replace(b"+", b"-").replace(b"/", b"_")
    return found


def hits(haystack: bytes, word: str) -> list[str]:
    """Return in which encodings `word` is somewhere in `haystack`, compressed streams looked into."""
    looks = shapes(word)
    found = {name for name, look in looks.items() if look in haystack}
    for inflated in _inflated(haystack):
        found |= {f"compressed {name}" for name, look in looks.items() if look in inflated}
    return sorted(found)


def _inflated(data: bytes) -> Iterator[bytes]:
    for match in _STREAMS.finditer(data):
        window = 31 if data[match.start()] == 0x1F else 15
        try:
            yield zlib.decompressobj(window).decompress(data[match.start() :], _INFLATED_MAX)
        except zlib.error:
            continue
