"""The lock of a letter: what must come to pass before it opens, as a record that both can read.

    Lock
    ├── wish      the moment that was meant, in her zone, beside the instant it was computed to be
    ├── chains    the beacons that it leans on, in full, each with the label of its keeper
    ├── ways      any of them opens the letter ...
    │   └── gates ... all of them together: date, silence, guardians
    └── keep      whether the writer keeps the letter key

A way without gates is open; only a letter for today has one. What can be checked without opening is checked
when a lock is made or read: a lock that exists makes sense in itself. The parts are in `gate.py`; whether the
ways of a letter are what its lock says is the business of `way.py`. Which chains a lock leans on is chosen by
`plan`; how strong it is, `strength` computes and `describe` says.

The record is in `docs/spec/lock.md`; its SHA-256 is signed in the letter and carried in the envelope.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from itertools import combinations, pairwise

from twinbell.bond.civil import DAY_S
from twinbell.bond.gate import (
    CHAINS_MAX,
    GATES_MAX,
    DateGate,
    Gate,
    GuardiansGate,
    KeptChain,
    SilenceGate,
    Way,
    Wish,
    is_dates,
    read_way,
)
from twinbell.bond.record import VERSION, Fields
from twinbell.crypto import kdf
from twinbell.encoding import encode
from twinbell.errors import Damaged, Mistaken, Retired
from twinbell.wire.beacon import RETIRED, round_at, time_of

__all__ = [
    "DateGate",
    "Gate",
    "GuardiansGate",
    "Hold",
    "KeptChain",
    "Lock",
    "SilenceGate",
    "Strength",
    "Way",
    "Wish",
    "describe",
    "plan",
    "strength",
]

LETTER_ID_BYTES = 16
LOCK_BYTES_MAX = 65_536  # three chains, three ways and two recipients take 4 KiB
WAYS_MAX = 16  # any one of eight, and as many again from adding later

YEAR_S = 366 * DAY_S  # up to here the loss of a beacon is the smaller danger

_ORDER = (DateGate, SilenceGate, GuardiansGate)  # outermost first


class Strength(IntEnum):
    """What holds a letter back, from weakest to strongest. Computed, never chosen."""

    NOTHING = 0
    COURTESY = 1
    GUARDIANS = 2
    MATHEMATICS = 3

    def __str__(self) -> str:
        return self.name.lower()


class Hold(Enum):
    """Which danger the writer fears more: that it opens early, or that it never opens."""

    SECRECY = "secrecy"
    SURVIVAL = "survival"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Everything that holds one letter back. Raises `Mistaken` for a lock that makes no sense."""

    letter: bytes
    wish: Wish | None
    chains: tuple[KeptChain, ...]
    ways: tuple[Way, ...]
    keep: bool

    def __post_init__(self) -> None:
        if len(self.letter) != LETTER_ID_BYTES:
            raise Mistaken(f"The id of a letter has {LETTER_ID_BYTES} bytes.")
        if len(self.chains) > CHAINS_MAX or not 0 < len(self.ways) <= WAYS_MAX:
            raise Mistaken(f"A lock has {CHAINS_MAX} chains at most, and from one way to {WAYS_MAX}.")
        if len({kept.chain.hash for kept in self.chains}) != len(self.chains):
            raise Mistaken("A lock names each of its chains once.")
        if len(set(self.ways)) != len(self.ways):
            raise Mistaken("Two ways of this lock are the same.")
        if () in self.ways and len(self.ways) > 1:
            raise Mistaken("A lock that has an open way needs no other.")
        for way in self.ways:
            self._check_way(way)
        used = {gate.chain for way in self.ways for gate in way if isinstance(gate, DateGate)}
        if used != set(range(len(self.chains))):
            raise Mistaken("A lock names the chains that its ways lean on, and no others.")
        if (self.wish is None) != (not used):
            raise Mistaken("A lock has a wish if it has a date, and a date if it has a wish.")

    def _check_way(self, way: Way) -> None:
        if len(way) > GATES_MAX:
            raise Mistaken(f"A way has {GATES_MAX} gates at most.")
        for gate in way:
            if isinstance(gate, DateGate):
                self._check_date(gate)
        if not all(a < b for a, b in pairwise(map(self._place, way))):
            raise Mistaken("The gates of this way are doubled, or not in their order.")

    def _check_date(self, gate: DateGate) -> None:
        if gate.chain >= len(self.chains) or self.wish is None:
            raise Mistaken("A date names a chain of its lock, which has a wish.")
        # A round that is not the wish's would open on another day than the one that is shown.
        if gate.round != round_at(self.chains[gate.chain].chain, self.wish.instant_s):
            raise Mistaken("A date of this lock is not the moment that it shows.")

    def _place(self, gate: Gate) -> tuple[int, int, bytes]:
        if isinstance(gate, DateGate):
            return 0, gate.round, self.chains[gate.chain].chain.hash
        return _ORDER.index(type(gate)), 0, b""  # one of a kind in a way: two would be equal here

    @property
    def is_open(self) -> bool:
        """Whether nothing holds the letter back."""
        return self.ways == ((),)

    @property
    def opens_s(self) -> int | None:
        """The first second at which a way that needs nothing but dates is open; None if there is none."""
        dates = [[g for g in way if isinstance(g, DateGate)] for way in self.ways if is_dates(way)]
        times = [max(time_of(self.chains[g.chain].chain, g.round) for g in gates) for gates in dates]
        return min(times, default=None)

    def rounds(self) -> list[tuple[KeptChain, int]]:
        """Return each round that a way of this lock needs, once, in the order of the chains."""
        found = {(g.chain, g.round) for way in self.ways for g in way if isinstance(g, DateGate)}
        return [(self.chains[chain], round) for chain, round in sorted(found)]

    def encode(self) -> bytes:
        """Return lock.cbor."""
        return encode(
            {
                "chains": [kept.record() for kept in self.chains],
                "keep": self.keep,
                "letter": self.letter,
                "type": "lock",
                "v": VERSION,
                "ways": [[gate.record() for gate in way] for way in self.ways],
                "wish": self.wish.record() if self.wish else None,
            }
        )

    @property
    def hash(self) -> bytes:
        """The SHA-256 of lock.cbor as this Twinbell writes it."""
        return kdf.sha256(self.encode())

    @classmethod
    def parse(cls, data: bytes) -> "Lock":
        """Return the lock that `data` holds; raise `Damaged` for anything that is none, or makes no sense."""
        fields = Fields.of(data, "lock", bytes_max=LOCK_BYTES_MAX)
        try:
            lock = cls(
                letter=fields.data("letter", LETTER_ID_BYTES),
                wish=Wish.from_record(fields.map("wish")) if fields.has("wish") else None,
                chains=tuple(map(KeptChain.from_record, fields.items("chains", length_max=CHAINS_MAX))),
                ways=tuple(map(read_way, fields.items("ways", length_max=WAYS_MAX))),
                keep=fields.flag("keep"),
            )
        except Mistaken as error:
            raise Damaged(str(error)) from None
        # What is shown must be all there is: a field that this Twinbell does not know could be a condition.
        if lock.encode() != data:
            raise Damaged("This lock says more than this Twinbell can read.")
        return lock


def strength(lock: Lock, *, ours: Collection[str] = ()) -> Strength:
    """Return what holds `lock` back: its weakest way, and of a way its strongest gate.

    `ours` are the labels of keepers that are one of the two themselves (a relay run by either): whoever
    keeps a chain can open early, so a date that leans on such a one is courtesy.
    """
    ways = [[_strength(lock, gate, ours) for gate in way] for way in lock.ways]
    return min(max(gates, default=Strength.NOTHING) for gates in ways)


def _strength(lock: Lock, gate: Gate, ours: Collection[str]) -> Strength:
    if isinstance(gate, DateGate):
        return Strength.COURTESY if lock.chains[gate.chain].keeper in ours else Strength.MATHEMATICS
    return Strength.GUARDIANS if isinstance(gate, GuardiansGate) else Strength.COURTESY


def plan(
    *,
    letter: bytes,
    wish: Wish | None,
    chains: Iterable[KeptChain] = (),
    now_s: float,
    hold: Hold | None = None,
    keep: bool | None = None,
) -> Lock:
    """Return the lock for a letter that opens at `wish`, or at once without one.

    `chains` are those whose rounds can be had, the most trusted first; of one keeper only the first counts.
    Of three keepers any two open it. Two must both be there for a day within a year, when a loss is
    unlikely; either suffices for a later one, when loss is the greater danger. `hold` asks for all of them
    (secrecy) or for any one (survival). `keep` is on by default for a day more than a year away.

    Raises `Retired` if all these chains have ended, `Mistaken` if there are none.
    """
    if wish is None:
        return Lock(letter=letter, wish=None, chains=(), ways=((),), keep=bool(keep))
    far = wish.instant_s - now_s > YEAR_S
    kept = _distinct(chains, most=CHAINS_MAX if hold else 3)
    needed = _needed(len(kept), far=far, hold=hold)
    gates = [DateGate(n, round_at(each.chain, wish.instant_s)) for n, each in enumerate(kept)]
    ways = tuple(
        tuple(sorted(chosen, key=lambda gate: (gate.round, kept[gate.chain].chain.hash)))
        for chosen in combinations(gates, needed)
    )
    return Lock(letter=letter, wish=wish, chains=kept, ways=ways, keep=far if keep is None else keep)


def _distinct(chains: Iterable[KeptChain], *, most: int) -> tuple[KeptChain, ...]:
    offered = list(chains)
    if not offered:
        raise Mistaken(
            "A letter for a later day needs a beacon, and none is known here.", hint="Import one, or name it."
        )
    by_keeper: dict[str, KeptChain] = {}
    for kept in offered:
        if kept.chain.hash not in RETIRED:
            by_keeper.setdefault(kept.keeper, kept)
    if not by_keeper:
        raise Retired("Each chain that was named has ended; what is locked to it never opens.")
    return tuple(by_keeper.values())[:most]


def _needed(keepers: int, *, far: bool, hold: Hold | None) -> int:
    if hold is Hold.SECRECY:
        return keepers
    if hold is Hold.SURVIVAL or keepers == 1:
        return 1
    return 1 if keepers == 2 and far else 2


def describe(lock: Lock, *, ours: Collection[str] = ()) -> str:
    """Return in plain sentences what holds `lock` back, who could open it early, and how it could be lost."""
    if lock.is_open:
        return "Nothing holds this letter back: it opens at once."
    parts = [_when(lock), _risk(lock) if all(map(is_dates, lock.ways)) else _ways(lock)]
    mine = [kept.keeper for kept in lock.chains if kept.keeper in ours]
    if mine:
        are = "are" if len(mine) > 1 else "is"
        parts.append(f"{join(mine, 'and')} {are} run by one of the two, who could publish it early.")
    parts.append(f"Held by {strength(lock, ours=ours)}.")
    parts.append(
        "The writer's own devices can open it at any time."
        if lock.keep
        else "Until then the writer can't open it either."
    )
    return " ".join(parts)


def _when(lock: Lock) -> str:
    if lock.wish and lock.opens_s is not None:
        return f"It opens on {lock.wish.words}."
    return "It opens when what it waits for has come to pass."


def _risk(lock: Lock) -> str:
    names = [kept.keeper for kept in lock.chains]
    needed = min(map(len, lock.ways))
    if len(names) == 1:
        return (
            f"{names[0]} holds it back: it alone could open it early, "
            "and if it ends before that day, the letter stays locked for ever."
        )
    if needed == len(names):
        return (
            f"{join(names, 'and')} hold it back together: none of them alone can open it early, "
            "but if one of them ends before that day, the letter stays locked for ever."
        )
    if needed == 1:
        return (
            f"Any one of {join(names, 'and')} opens it: each of them alone could open it early, "
            "and it is lost only if all of them end before that day."
        )
    number = _NUMBERS.get(needed, str(needed))
    return (
        f"Any {number} of {join(names, 'and')} open it: fewer cannot open it early, {number} "
        f"together could, and it is lost only if fewer than {number} are left by that day."
    )


_NUMBERS = {2: "two", 3: "three", 4: "four"}


def _ways(lock: Lock) -> str:
    ways = [join([_gate(lock, gate) for gate in way], "and") for way in lock.ways]
    return f"It needs {join(ways, 'or else')}."


def _gate(lock: Lock, gate: Gate) -> str:
    if isinstance(gate, DateGate):
        return f"round {gate.round} of {lock.chains[gate.chain].keeper}"
    if isinstance(gate, SilenceGate):
        return "the writer's silence, as the relay sees it"
    return f"{gate.threshold} of {gate.guardians} guardians"


def join(words: Sequence[str], joint: str) -> str:
    """Return `words` as one says them: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"
