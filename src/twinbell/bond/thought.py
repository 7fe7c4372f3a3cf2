"""What one frame of a room says: whether the hand is there, perhaps a thought as far as it was written, or
that its sender leaves. Whatever it says, it has the same length.

    plaintext (496) = length (2, big-endian) ‖ record ‖ zeros
"""

from twinbell.bond.frozen import Frozen
from twinbell.bond.record import Fields, Record
from twinbell.crypto import aead
from twinbell.encoding import decode_map, encode
from twinbell.errors import Damaged, Mistaken

FRAME_BYTES = 512
PLAIN_BYTES = FRAME_BYTES - aead.TAG_BYTES
THOUGHT_BYTES_MAX = 400  # of UTF-8: some seventy words, or 133 characters of Chinese
NUMBER_MAX = 2**32 - 1


class Thought(Frozen):
    """A thought: `text` replaces what stood under this number, and is whole once `done`."""

    number: int
    text: str
    done: bool

    def __post_init__(self) -> None:
        if not 0 <= self.number <= NUMBER_MAX:
            raise Mistaken("Thoughts are counted from 0.")
        if len(encode(self.text)) > THOUGHT_BYTES_MAX + 3:  # its head has three bytes from 256 on
            raise Mistaken(f"A thought has at most {THOUGHT_BYTES_MAX} bytes. Begin another.")


def fit(text: str) -> tuple[str, str]:
    """Return as much of `text` as one thought holds, and the rest: cut behind a space where one is near."""
    kept = text.encode()[:THOUGHT_BYTES_MAX].decode(errors="ignore")
    if len(kept) == len(text):
        return text, ""
    space = kept.rfind(" ") + 1
    end = space if space > len(kept) // 2 else len(kept)
    return text[:end], text[end:]


class Moment(Frozen):
    """What is said at one beat."""

    hand: bool
    thought: Thought | None = None
    leaves: bool = False

    def encode(self) -> bytes:
        record: Record = {"hand": self.hand}
        if self.thought is not None:
            number, text, done = self.thought.number, self.thought.text, self.thought.done
            record["thought"] = {"number": number, "text": text, "done": done}
        if self.leaves:
            record["leaves"] = True
        data = encode(record)
        return (len(data).to_bytes(2) + data).ljust(PLAIN_BYTES, b"\0")

    @classmethod
    def parse(cls, plain: bytes) -> "Moment":
        """Read what a frame said; raise `Damaged` for anything else. Unknown fields are left alone."""
        length = int.from_bytes(plain[:2])
        if len(plain) != PLAIN_BYTES or length > PLAIN_BYTES - 2 or any(plain[2 + length :]):
            raise Damaged("This frame of a room is not padded as it should be.")
        fields = Fields(decode_map(plain[2 : 2 + length], bytes_max=PLAIN_BYTES), "frame of a room")
        return cls(
            hand=fields.flag("hand"),
            thought=_thought(fields.map("thought")) if fields.has("thought") else None,
            leaves=fields.has("leaves") and fields.flag("leaves"),
        )


def _thought(record: Record) -> Thought:
    fields = Fields(record, "thought")
    text = fields.text("text", length_max=THOUGHT_BYTES_MAX)
    try:
        return Thought(fields.number("number", 0, NUMBER_MAX), text, fields.flag("done"))
    except Mistaken as error:
        raise Damaged(str(error)) from None
