"""A blob: a large body that lives and dies with the envelope that names it.

It is uploaded with the mailbox's deposit token before the envelope, piece by piece, and read with its
collect tokens after. The relay sees its length and nothing else. Here: paths and headers.
"""

import re

from twinbell.errors import Damaged
from twinbell.wire.limits import BLOB_BYTES_MAX, BLOBS_PER_ENVELOPE_MAX
from twinbell.wire.mailbox import parse_id, parse_json
from twinbell.wire.mailbox import path as mailbox_path

BLOBS_HEADER = "Twinbell-Blobs"  # on the deposit of an envelope: ids in hex, joined by commas
OFFSET_HEADER = "Upload-Offset"  # how much of a blob is durable

_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{1,15})?", re.ASCII)


def path(box: bytes, blob: bytes) -> str:
    return f"{mailbox_path(box)}/blobs/{blob.hex()}"


def begin_path(box: bytes, blob: bytes, *, length: int) -> str:
    return f"{path(box, blob)}?length={length}"


def blobs_header(blobs: tuple[bytes, ...]) -> str:
    return ",".join(blob.hex() for blob in blobs)


def parse_blobs_header(value: str | None) -> tuple[bytes, ...]:
    """Return the blobs that a deposit names; raise `Damaged` for anything else than distinct ids."""
    if not value:
        return ()
    parts = value.split(",", BLOBS_PER_ENVELOPE_MAX)
    if len(parts) > BLOBS_PER_ENVELOPE_MAX:
        raise Damaged("This envelope names too many blobs.")
    blobs = tuple(parse_id(part.strip()) for part in parts)
    if len(set(blobs)) != len(blobs):
        raise Damaged("This envelope names a blob twice.")
    return blobs


def parse_length(text: str | None) -> int:
    """Return the length or offset in `text`; raise `Damaged` for anything but 0 to 2 GiB in plain digits."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise Damaged("Here a number of bytes is missing.")
    number = int(text)
    if number > BLOB_BYTES_MAX:
        raise Damaged(f"A blob has {BLOB_BYTES_MAX} bytes at most.")
    return number


def offset_to_bytes(offset: int) -> bytes:
    return b'{"offset": %d}' % offset


def offset_from_bytes(data: bytes) -> int:
    offset = parse_json(data).get("offset")
    if not isinstance(offset, int) or isinstance(offset, bool) or not 0 <= offset <= BLOB_BYTES_MAX:
        raise Damaged("The relay did not say how much of the blob it has.")
    return offset


def range_header(start: int, end: int | None = None) -> str:
    """Return the `Range` of the bytes from `start` up to but without `end`."""
    return f"bytes={start}-" + (str(end - 1) if end is not None else "")


def parse_range(value: str | None, length: int) -> tuple[int, int] | None:
    """Return the wanted bytes [start, end) of a blob of `length`, or None for all of it.

    One range from a start is all that is understood; what is not is answered with the whole (RFC 9110 §14.2).
    Raises `Damaged` for one that lies behind the end.
    """
    match = _RANGE.fullmatch(value) if value else None
    if match is None:
        return None
    start, last = int(match[1]), int(match[2]) if match[2] else length - 1
    if last < start and match[2]:
        return None
    if start >= length:
        raise Damaged("There is no such part of this blob.")
    return start, min(last + 1, length)
