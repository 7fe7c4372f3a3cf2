"""What an age file tells without being opened: whom it is for by kind, when it opens, and how large it is.

Nothing of it is authenticated: only who opens the file knows that its header is the one that was written.
"""

from dataclasses import dataclass

from twinbell.age.armor import ArmorReader, detect
from twinbell.age.header import MAC_LINE_BYTES, Stanza, parse
from twinbell.age.source import Source
from twinbell.age.stream import payload_length
from twinbell.cli import timelock, ui

VERSION = "age-encryption.org/v1"
_CLASSIC = {"X25519", "ssh-rsa", "ssh-ed25519", "p256tag", "piv-p256", timelock.TYPE}
_POST_QUANTUM = {"mlkem768x25519", "mlkem768p256tag", "scrypt"}
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """What the outside of a file tells; sizes in bytes."""

    stanzas: tuple[Stanza, ...]
    armor: bool
    header: int
    armor_overhead: int
    overhead: int
    payload: int

    @property
    def post_quantum(self) -> str:
        types = {stanza.type for stanza in self.stanzas}
        if types & _CLASSIC:
            return "no"
        return "yes" if types & _POST_QUANTUM else "unknown"

    @property
    def moments(self) -> list[tuple[int, str, int | None]]:
        """The rounds that open it: number, chain hash, and the second, where the chain is known."""
        return [_moment(stanza) for stanza in self.stanzas if stanza.type == timelock.TYPE]

    def record(self) -> dict[str, object]:
        """Return all of it for JSON, under age-inspect's names where it has any."""
        return {
            "version": VERSION,
            "postquantum": self.post_quantum,
            "armor": self.armor,
            "stanza_types": [stanza.type for stanza in self.stanzas],
            "rounds": [
                {"round": round, "chain": chain, "opens_s": opens_s} for round, chain, opens_s in self.moments
            ],
            "sizes": {
                "header": self.header,
                "armor": self.armor_overhead,
                "overhead": self.overhead,
                "min_payload": self.payload,
                "max_payload": self.payload,
                "min_padding": 0,
                "max_padding": 0,
            },
        }

    def lines(self, name: str) -> list[str]:
        """Return all of it in words."""
        kinds = [ui.plain(stanza.type) for stanza in self.stanzas]
        out = [
            f"{ui.plain(name)} is an age file{', as text' if self.armor else ''}.",
            f"sealed to       {', '.join(kinds)}",
            f"post-quantum    {self.post_quantum}",
        ]
        for round, chain, opens_s in self.moments:
            when = timelock.spoken(opens_s) if opens_s is not None else f"unknown chain {chain}"
            out.append(f"opens           {when} (round {round})")
        out += [f"header          {self.header} bytes", f"contents        {self.payload} bytes"]
        out.append(f"encryption      {self.overhead} bytes")
        if self.armor:
            out.append(f"armor           {self.armor_overhead} bytes")
        return out


class _Counted:
    """A source that counts what is read from it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.bytes = 0

    def read(self, n: int, /) -> bytes:
        data = self._source.read(n)
        self.bytes += len(data)
        return data


def inspect(source: Source) -> Found:
    """Read a file to its end and return what it tells; raise `Damaged` if it can't be an age file."""
    counted = _Counted(source)
    taken = detect(counted)
    head = parse(taken)
    header = len(head.signed) + MAC_LINE_BYTES
    rest = 0
    while block := taken.read(_BLOCK):
        rest += len(block)
    payload = payload_length(rest)
    return Found(
        stanzas=head.stanzas,
        armor=isinstance(taken.source, ArmorReader),
        header=header,
        armor_overhead=counted.bytes - header - rest,
        overhead=rest - payload,
        payload=payload,
    )


def _moment(stanza: Stanza) -> tuple[int, str, int | None]:
    from twinbell.age.tlock import round_and_chain
    from twinbell.wire.beacon import QUICKNET, time_of

    named = round_and_chain(stanza)
    assert named is not None  # of this type, as its caller saw
    round, chain = named
    return round, chain.hex(), time_of(QUICKNET, round) if chain == QUICKNET.hash else None
