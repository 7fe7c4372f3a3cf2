"""The lock of a last letter, and in plain words what holds it back.

    way 1   silence and guardians      the relay gives out its part once the writer is silent
    way 2…  a date and guardians       from the floor on, so that it opens when the relay is gone
    keep    on: the writer seals it again behind each new gate

No way lacks the guardians. So its strength is theirs, as it is computed for any lock: a floor that leans on
mathematics holds only until that day.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from twinbell.bond.gate import DateGate, GuardiansGate, KeptChain, SilenceGate, Wish
from twinbell.bond.lock import Hold, Lock, Strength, join, plan, strength
from twinbell.errors import Mistaken


def plan_last(
    *,
    letter: bytes,
    silence: SilenceGate,
    guardians: GuardiansGate,
    floor: Wish,
    chains: Iterable[KeptChain],
    now_s: float,
    hold: Hold | None = None,
) -> Lock:
    """Return the lock of a last letter; `floor` is the moment before which guardians alone open nothing.

    Several chains make several ways for the floor, as in any lock (`lock.plan`). Raises what `plan` raises,
    and `Mistaken` for a floor that is not later than now.
    """
    if floor.instant_s <= now_s:
        raise Mistaken("The day from which guardians alone can open this must lie ahead.")
    dated = plan(letter=letter, wish=floor, chains=chains, now_s=now_s, hold=hold, keep=True)
    ways = ((silence, guardians), *((*way, guardians) for way in dated.ways))
    return Lock(letter=letter, wish=floor, chains=dated.chains, ways=ways, keep=True)


def is_last(lock: Lock) -> bool:
    """Say whether this is the lock of a last letter: every way needs guardians, and one of them silence."""
    kinds = [{type(gate) for gate in way} for way in lock.ways]
    return all(GuardiansGate in each for each in kinds) and any(SilenceGate in each for each in kinds)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table "what holds this back"."""

    way: str  # what must come to pass
    early: str  # who could open it this way before that
    strength: Strength


@dataclass(frozen=True, slots=True)
class Holds:
    """What holds a last letter back: the table, and the sentences that belong to it."""

    rows: tuple[Row, ...]
    sentences: tuple[str, ...]
    strength: Strength

    def __str__(self) -> str:
        return " ".join((*(f"{row.way} {row.early}" for row in self.rows), *self.sentences))


def describe_last(
    lock: Lock,
    *,
    writer: str,
    reader: str,
    relay: str,
    guardians: Sequence[str] = (),
    ours: Collection[str] = (),
) -> Holds:
    """Return in plain words what holds back the last letter that `reader` has of `writer`.

    `relay` is the name of the one that keeps the watch, `guardians` are names where they are known; `ours`
    as in `lock.strength`. Whoever helps to open it early opens nothing without the reader, who alone has the
    keys of the outer seal; so each sentence names both.
    """
    if not is_last(lock) or lock.wish is None:
        raise Mistaken("This is not the lock of a last letter.")
    rows: list[Row] = []
    for silent, ways in groupby(lock.ways, key=lambda way: isinstance(way[0], SilenceGate)):
        alike = list(ways)
        (gate,) = {gate for way in alike for gate in way if isinstance(gate, GuardiansGate)}
        helpers = f"{some(gate, guardians)}, together with {reader}"
        held = min(_strength(lock, way, ours) for way in alike)
        if silent:
            needs = f"Once {writer} has been silent and {relay} has said so: {some(gate, guardians)}."
            early = f"{relay} and {helpers}"
        else:
            needs = f"From {lock.wish.words} on, silent or not: {some(gate, guardians)}."
            keepers = _keepers(lock, [[g.chain for g in way if isinstance(g, DateGate)] for way in alike])
            early = f"{keepers} and {helpers}"
            early = early[0].upper() + early[1:]
        rows.append(Row(needs, f"{early}, could open it this way early.", held))
    sentences = [
        f"No guardian can read it, and none of them alone can open it for {reader}."
        if gate.threshold > 1
        else f"The guardian can't read it, but needs nobody else to open it for {reader} once a way is free."
    ]
    mine = [kept.keeper for kept in lock.chains if kept.keeper in ours]
    if mine:
        are = "are" if len(mine) > 1 else "is"
        sentences.append(
            f"{join(mine, 'and')} {are} run by one of the two: that day holds nobody back who runs it."
        )
    sentences.append(
        f"It is lost if fewer than {gate.threshold} of {gate.guardians} guardians still have their share."
        if gate.guardians > 1
        else "It is lost if the guardian no longer has the share."
    )
    sentences.append(f"The devices of {writer} can open it at any time.")
    return Holds(tuple(rows), tuple(sentences), strength(lock, ours=ours))


def some(gate: GuardiansGate, names: Sequence[str]) -> str:
    """Return how many guardians a gate needs, by name where all are known."""
    if len(names) != gate.guardians:
        return f"{gate.threshold} of {gate.guardians} guardians"
    if gate.threshold == gate.guardians:
        return join(names, "and")
    return f"{gate.threshold} of {join(names, 'and')}"


def _strength(lock: Lock, way: tuple[object, ...], ours: Collection[str]) -> Strength:
    dates = [gate for gate in way if isinstance(gate, DateGate)]
    if any(lock.chains[gate.chain].keeper not in ours for gate in dates):
        return Strength.MATHEMATICS
    return Strength.GUARDIANS


def _keepers(lock: Lock, ways: Sequence[Sequence[int]]) -> str:
    """Return whose chains one would have to have, to come to the floor's round before its time."""
    names = [lock.chains[number].keeper for number in sorted({number for way in ways for number in way})]
    needed = min(map(len, ways))
    if needed == len(names):
        return join(names, "and")
    return f"any {'one' if needed == 1 else needed} of {join(names, 'and')}"
