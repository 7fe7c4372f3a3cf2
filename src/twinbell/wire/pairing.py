"""A pairing mailbox: where two strangers' pendants exchange four messages and are paired.

The giver opens it and is told its nameplate; the answerer finds it by that. Message 1 lies there from the
start, 2 and 4 are the answerer's, 3 is the giver's; each is set once. The relay understands none of them.
Here: paths, forms and the answer to opening one. What it means to count guesses is `bond/bell.py`: the
giver counts them, the relay could not be trusted to.
"""

import json
import re
from dataclasses import dataclass
from enum import Enum

from twinbell.errors import Damaged
from twinbell.wire.limits import NAMEPLATE_DIGITS_MAX, NAMEPLATE_LINK_CHARS, PAIRING_WAIT_S_MAX
from twinbell.wire.mailbox import parse_json

PARTS = (2, 3, 4)
_SPOKEN = re.compile(rf"[1-9][0-9]{{0,{NAMEPLATE_DIGITS_MAX - 1}}}", re.ASCII)
_LINK = re.compile(rf"[a-z2-7]{{{NAMEPLATE_LINK_CHARS}}}", re.ASCII)


class Form(Enum):
    """How the bell is handed over, and so how long its nameplate may be."""

    SPOKEN = "spoken"  # a short number, said aloud with three words
    LINK = "link"  # 26 characters nobody types


@dataclass(frozen=True, slots=True)
class Opened:
    """A pairing mailbox was opened; it waits for message 2 until `expires_s`."""

    nameplate: str
    expires_s: int

    def to_bytes(self) -> bytes:
        return json.dumps({"nameplate": self.nameplate, "expires": self.expires_s}).encode()

    @classmethod
    def parse(cls, data: bytes) -> "Opened":
        fields = parse_json(data)
        nameplate, expires_s = fields.get("nameplate"), fields.get("expires")
        if not isinstance(nameplate, str) or not isinstance(expires_s, int) or isinstance(expires_s, bool):
            raise Damaged("The relay did not say where the bell hangs.")
        return cls(parse_nameplate(nameplate), expires_s)


def parse_nameplate(text: str) -> str:
    """Return `text` if it is a nameplate of either form; raise `Damaged` for anything else."""
    if _SPOKEN.fullmatch(text) or _LINK.fullmatch(text):
        return text
    raise Damaged("A nameplate is a short number, or 26 letters and digits.")


def parse_part(text: str) -> int:
    if text not in {str(part) for part in PARTS}:
        raise Damaged("A bell has messages 2, 3 and 4.")
    return int(text)


def open_path(form: Form) -> str:
    return f"/v1/pairings?form={form.value}"


def path(nameplate: str) -> str:
    return f"/v1/pairings/{nameplate}"


def part_path(nameplate: str, part: int, *, wait_s: int = 0) -> str:
    """Return where message `part` lies; `wait_s` makes a GET wait that long for it, 25 seconds at most."""
    return f"{path(nameplate)}/{part}" + (f"?wait={min(wait_s, PAIRING_WAIT_S_MAX)}" if wait_s else "")
