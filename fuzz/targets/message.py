"""What is inside an envelope: a body reads or is `Damaged`, and writes itself as it was read."""

from collections.abc import Iterator
from dataclasses import replace

from twinbell.bond import message
from twinbell.bond.about import About, Portrait
from twinbell.errors import Damaged


def seeds() -> Iterator[bytes]:
    letter = message.Letter(
        id=bytes(16), blob=bytes(16), length=9000, sha256=bytes(32), lock=bytes(32), eml=bytes(32)
    )
    contents: list[message.Content] = [
        message.Ring((400, 100, 400)),
        message.Knock(),
        letter,
        message.LetterAgain(letter, yours=True, at_s=60),
        About("02-29", "Asia/Tokyo", "灯台"),
        About(),
        Portrait(16, bytes(64)),
        message.Missing(((bytes(8), 1, 2),)),
    ]
    for content in contents:
        body = message.Body(
            kind=content.kind, device=bytes(8), n=3, prev=bytes(32), sent_s=60, content=content.to_record()
        )
        yield body.encode()
        yield replace(body, heads=((bytes(8), 2),)).encode()


def one(data: bytes) -> bool:
    try:
        body = message.Body.parse(data)
        content = message.read(body.kind, body.content) if body.content is not None else None
    except Damaged:
        return False
    again = message.Body.parse(body.encode())  # a field that we don't know is left out
    assert again == body
    if content is not None:
        assert message.read(body.kind, content.to_record()) == content
    return True
