"""What a relay answers, and what a header says: read, or refused; a problem is always some error of ours."""

from collections.abc import Iterator

from twinbell.errors import Damaged, Refused, TwinbellError
from twinbell.wire import auth, blob, pairing, problems


def seeds() -> Iterator[bytes]:
    yield b"p" + problems.document(problems.Problem.CONFLICT, "It is taken.")
    yield b"o" + pairing.Opened("7", 1_800_000_000).to_bytes()
    yield b"b" + blob.blobs_header((bytes(16), bytes(range(16)))).encode()
    yield b"r" + b"bytes=0-499"
    yield b"t" + auth.Token(bytes(32)).header().encode()


def one(data: bytes) -> bool:
    kind, rest = data[:1], data[1:]
    text = rest.decode("latin-1")  # as an HTTP library hands a header on
    try:
        if kind == b"p":
            assert isinstance(problems.parse(500, rest), TwinbellError)
        elif kind == b"o":
            opened = pairing.Opened.parse(rest)
            assert pairing.Opened.parse(opened.to_bytes()) == opened
        elif kind == b"b":
            blobs = blob.parse_blobs_header(text)
            assert blob.parse_blobs_header(blob.blobs_header(blobs)) == blobs
        elif kind == b"r":
            found = blob.parse_range(text, 1000)
            assert found is None or 0 <= found[0] < found[1] <= 1000
        elif kind == b"t":
            token = auth.parse_header(text)
            assert auth.parse_header(token.header()) == token
        else:
            return False
    except (Damaged, Refused):
        return False
    return True
