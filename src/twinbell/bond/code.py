"""The code of a bell: what one person gives the other, by voice or as a link.

    7-crater-lamp-violin@relay.example                      spoken: nameplate, three words (33 bits), relay
    https://relay.example/bell#<nameplate>-<26 letters>     link or QR: 128 bits, in the part of a URL that
                                                            browsers do not send

A bell that is given to a guardian ends in `-guardian` in both forms, so that whoever is about to answer is
told what for.

The nameplate finds the bell at the relay and is no secret; the rest never goes to the relay. People type
what they heard: case, spaces and hyphens are free, and four letters of a word are enough.
"""

import base64
import re
from dataclasses import dataclass, field
from enum import Enum

from twinbell.bond.bundle import Kind, check_relay_url
from twinbell.bond.record import Random
from twinbell.errors import Damaged, Mistaken

SECRET_BYTES = 16
CODE_LENGTH_MAX = 512
LINK_PATH = "/bell"

_SPOKEN = re.compile(r"([1-9][0-9]{0,8})[\s\-–—]+(\S.*)", re.DOTALL)
_SPOKEN_NAMEPLATE = re.compile(r"[1-9][0-9]{0,8}")
_LINK_NAMEPLATE = re.compile(r"[a-z2-7]{26}")
_LINK = re.compile(r"([a-z2-7]{26})-([a-z2-7]{26})(-guardian)?")
_MARK = f"-{Kind.GUARDIAN}"
_SPOKEN_MARK = re.compile(r"[\s\-–—]+guardian$", re.IGNORECASE)
_LOOPBACK = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?")
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")


class Form(Enum):
    """How a bell is given."""

    SPOKEN = "spoken"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A bell's code, checked."""

    form: Form
    relay: str
    nameplate: str
    secret: str = field(repr=False)
    kind: Kind = Kind.PAIR

    @property
    def password(self) -> bytes:
        """What both sides put into CPace: three words joined by hyphens, or 26 letters."""
        return self.secret.encode()

    def __str__(self) -> str:
        """The code as it is shown; secret until the bell was answered."""
        mark = "" if self.kind is Kind.PAIR else _MARK
        if self.form is Form.LINK:
            return f"{self.relay}{LINK_PATH}#{self.nameplate}-{self.secret}{mark}"
        return f"{self.nameplate}-{self.secret}{mark}@{_short(self.relay)}"

    @classmethod
    def parse(cls, text: str, *, relay: str = "") -> "Code":
        """Read a code or a link as a person typed, heard or pasted it.

        `relay` is the relay that is meant where the code names none. Raises `Mistaken` with a sentence that
        says what is wrong.
        """
        text = text.strip()
        if len(text) > CODE_LENGTH_MAX:
            raise Mistaken("This is too long to be the code of a bell.")
        if "#" in text:
            return _parse_link(text)
        said, at, host = text.partition("@")
        if at:
            relay = _relay(host.strip())
        if not relay:
            raise Mistaken(
                "This code does not say at which relay the bell hangs.",
                hint="Add it behind the code, as in 7-crater-lamp-violin@relay.example, or use --relay.",
            )
        bare = _SPOKEN_MARK.sub("", said.strip())
        kind = Kind.PAIR if bare == said.strip() else Kind.GUARDIAN
        return cls(form=Form.SPOKEN, relay=_checked(relay.rstrip("/")), kind=kind, **_said(bare))


def fresh_secret(form: Form, random: Random) -> str:
    """Return the secret of a new bell: three words, or 26 letters of base32."""
    if form is Form.LINK:
        return base64.b32encode(random(SECRET_BYTES)).decode().rstrip("=").lower()
    from twinbell.crypto import words

    # 2048 divides 65536, so the low bits of two bytes choose evenly.
    return "-".join(words.spoken(lambda below: int.from_bytes(random(2)) % below))


def check_nameplate(form: Form, nameplate: str) -> str:
    """Return `nameplate` if a relay may give it to a bell of this form; raise `Damaged` if not."""
    pattern = _LINK_NAMEPLATE if form is Form.LINK else _SPOKEN_NAMEPLATE
    if not pattern.fullmatch(nameplate):
        raise Damaged("The relay gave this bell a name that cannot be one.")
    return nameplate


def _said(text: str) -> dict[str, str]:
    from twinbell.crypto import words

    match = _SPOKEN.fullmatch(text)
    if not match:
        raise Mistaken(
            "The code of a bell is a number and three words.",
            hint="It looks like 7-crater-lamp-violin@relay.example.",
        )
    try:
        known = words.normalise(match[2])
    except Damaged as error:
        raise Mistaken(str(error), hint="Ask for the code again, word by word.") from None
    if len(known) != words.SPOKEN_WORDS:
        raise Mistaken(
            f"The code of a bell has three words behind its number, and this one has {len(known)}."
        )
    return {"nameplate": match[1], "secret": "-".join(known)}


def _parse_link(text: str) -> Code:
    address, _, rest = text.partition("#")
    if not address.endswith(LINK_PATH):
        raise Mistaken(
            "This link does not lead to a bell.", hint=f"It ends in {LINK_PATH}#… and two long names."
        )
    match = _LINK.fullmatch(rest.lower())
    if not match:
        raise Mistaken(
            "This link is not whole: something is missing behind the #, or was added.",
            hint="Copy it again, up to its last letter.",
        )
    if match[2][-1] not in "aeimquy4":  # 26 letters carry 130 bits, and the last two are zero
        raise Mistaken("A letter of this link is wrong.", hint="Copy it again.")
    relay = _checked(address.removesuffix(LINK_PATH))
    kind = Kind.GUARDIAN if match[3] else Kind.PAIR
    return Code(form=Form.LINK, relay=relay, nameplate=match[1], secret=match[2], kind=kind)


def _relay(host: str) -> str:
    if "://" in host:
        return host
    if not _HOST.fullmatch(host):
        raise Mistaken("What stands behind the @ is not the name of a relay.")
    host = host.lower()
    return f"http://{host}" if _LOOPBACK.fullmatch(host) else f"https://{host}"


def _short(relay: str) -> str:
    """Return what must be said of a relay so that `_relay` has it back."""
    host = relay.partition("://")[2]
    return host if _HOST.fullmatch(host) and _relay(host) == relay else relay


def _checked(relay: str) -> str:
    try:
        return check_relay_url(relay)
    except Damaged as error:
        raise Mistaken(str(error)) from None
