"""The parts of a lock: the wish, the chains that it leans on, and the gates of its ways.

A gate is one layer of age around the letter key. Its record says who can take that layer off; a gate that
exists makes sense in itself, and `lock.py` sees to it that all of them make sense together.
"""

from dataclasses import dataclass
from typing import TypeAlias

from twinbell.bond import civil
from twinbell.bond.record import Fields, Record
from twinbell.encoding import Value
from twinbell.errors import Damaged, Mistaken
from twinbell.wire.beacon import ROUND_MAX, Chain

WATCH_ID_BYTES = 16
RECIPIENT_BYTES = 1216
CHAINS_MAX = 8
GATES_MAX = 10  # all chains, a silence, and guardians
KEEPER_LENGTH_MAX = 64
ZONE_LENGTH_MAX = 64
GUARDIANS_MAX = 16  # SLIP-39 counts to sixteen

_OFFSET_MAX_S = 26 * 3600  # no zone is farther from UTC, also where a law moved it by a day
_ZONE_MARKS = frozenset("/_+-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The moment that the writer meant: a local date and time in a zone, and the instant that this is.

    `local` is `YYYY-MM-DDTHH:MM`, with `:SS` only where there are seconds. `tzdata` names the version of
    the tz database by which the instant was computed, since laws move clocks.
    """

    local: str
    zone: str
    tzdata: str
    instant_s: int

    def __post_init__(self) -> None:
        named = civil.parse_local(self.local)
        if named is None:
            raise Mistaken("The local time of a wish reads like 2027-10-10T08:00.")
        if not is_zone(self.zone) or not is_zone(self.tzdata):
            raise Mistaken("The zone of a wish is named as in the tz database, like Europe/Berlin.")
        if abs(civil.seconds(named) - self.instant_s) > _OFFSET_MAX_S or self.instant_s < 0:
            raise Mistaken("The local time of this wish and its instant lie more than a day apart.")

    @property
    def words(self) -> str:
        """The wish as a person says it: weekday, date, time and zone."""
        local = civil.parse_local(self.local)
        assert local is not None
        return f"{local.weekday} {local.date}, {local.time} ({'UTC' if self.is_utc else self.zone})"

    @property
    def is_utc(self) -> bool:
        """Whether the wish was made in no zone of anybody's."""
        return self.zone in ("Etc/UTC", "UTC")

    def record(self) -> Record:
        return {"instant": self.instant_s, "local": self.local, "tzdata": self.tzdata, "zone": self.zone}

    @classmethod
    def from_record(cls, value: Value) -> "Wish":
        fields = Fields(value, "wish")
        return cls(
            local=fields.text("local", length_max=19),
            zone=fields.text("zone", length_max=ZONE_LENGTH_MAX),
            tzdata=fields.text("tzdata", length_max=ZONE_LENGTH_MAX),
            instant_s=fields.number("instant"),
        )


@dataclass(frozen=True, slots=True)
class KeptChain:
    """A chain and who keeps it. Chains with one label are one keeper's, and count once."""

    chain: Chain
    keeper: str

    def __post_init__(self) -> None:
        if not 0 < len(self.keeper) <= KEEPER_LENGTH_MAX or not self.keeper.isprintable():
            raise Mistaken("The keeper of a chain has a short name, in characters that can be seen.")

    def record(self) -> Record:
        return {"chain": self.chain.record(), "keeper": self.keeper}

    @classmethod
    def from_record(cls, value: Value) -> "KeptChain":
        fields = Fields(value, "chain of a lock")
        return cls(
            Chain.from_record(fields.map("chain")), fields.text("keeper", length_max=KEEPER_LENGTH_MAX)
        )


@dataclass(frozen=True, slots=True)
class DateGate:
    """A round of a chain, which is named by its place in the lock's list: mathematics."""

    chain: int
    round: int

    def __post_init__(self) -> None:
        if not 0 <= self.chain < CHAINS_MAX or not 1 <= self.round <= ROUND_MAX:
            raise Mistaken("A date names a chain of its lock, and a round.")

    def record(self) -> Record:
        return {"chain": self.chain, "kind": "date", "round": self.round}


@dataclass(frozen=True, slots=True)
class SilenceGate:
    """A recipient whose secret a watch releases.

    Alone it is courtesy: the relay could do so at any time.
    """

    recipient: bytes
    watch: bytes

    def __post_init__(self) -> None:
        _check_recipient(self.recipient)
        if len(self.watch) != WATCH_ID_BYTES:
            raise Mistaken(f"The id of a watch has {WATCH_ID_BYTES} bytes.")

    def record(self) -> Record:
        return {"kind": "silence", "recipient": self.recipient, "watch": self.watch}


@dataclass(frozen=True, slots=True)
class GuardiansGate:
    """A recipient whose seed is split among guardians, of whom `threshold` together have it again."""

    recipient: bytes
    threshold: int
    guardians: int

    def __post_init__(self) -> None:
        _check_recipient(self.recipient)
        if not 1 <= self.threshold <= self.guardians <= GUARDIANS_MAX:
            raise Mistaken(f"Guardians are {GUARDIANS_MAX} at most, and no more are needed than there are.")

    def record(self) -> Record:
        return {
            "guardians": self.guardians,
            "kind": "guardians",
            "recipient": self.recipient,
            "threshold": self.threshold,
        }


Gate: TypeAlias = DateGate | SilenceGate | GuardiansGate
Way: TypeAlias = tuple[Gate, ...]


def is_dates(way: Way) -> bool:
    """Whether this way needs time to pass and nothing else."""
    return way != () and all(isinstance(gate, DateGate) for gate in way)


def read_way(value: Value) -> Way:
    """Return the way that a list of gate records holds."""
    if not isinstance(value, list) or len(value) > GATES_MAX:
        raise Damaged("A way of this lock is not a list of gates.")
    return tuple(map(read_gate, value))


def read_gate(value: Value) -> Gate:
    """Return the gate that a record holds; raise `Damaged` for a kind that is not known."""
    fields = Fields(value, "gate")
    kind = fields.text("kind", length_max=16)
    if kind == "date":
        return DateGate(fields.number("chain", most=CHAINS_MAX), fields.number("round"))
    if kind == "silence":
        return SilenceGate(fields.data("recipient", RECIPIENT_BYTES), fields.data("watch", WATCH_ID_BYTES))
    if kind == "guardians":
        return GuardiansGate(
            fields.data("recipient", RECIPIENT_BYTES), fields.number("threshold"), fields.number("guardians")
        )
    raise Damaged("This lock has a gate of a kind that this Twinbell does not know.")


def _check_recipient(recipient: bytes) -> None:
    if len(recipient) != RECIPIENT_BYTES:
        raise Mistaken(f"The recipient of a gate has {RECIPIENT_BYTES} bytes.")


def is_zone(text: str) -> bool:
    """Say whether this could be a name of the tz database; whether it is one, only the database knows."""
    words = text.isascii() and all(c.isalnum() or c in _ZONE_MARKS for c in text)
    return words and 0 < len(text) <= ZONE_LENGTH_MAX
