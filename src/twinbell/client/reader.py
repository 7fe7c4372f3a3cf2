"""What the reader of last letters has: the gates of each letter, what is at hand for them, what is missing.

    silence     the relay's part, once the writer has been silent; kept here from then on
    guardians   shares that guardians released, or that were typed as they said them
    date        the round of the floor, from any source, as for any letter

A letter opens by any one of its ways; nothing here opens by itself. The relay's part of a letter is fetched
when its reader opens that letter: until then its writer, come back, can still take it back.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinbell.bond import last as gates
from twinbell.bond.gate import DateGate, Gate, GuardiansGate, SilenceGate, Way
from twinbell.bond.way import Keys
from twinbell.client import bonds, chains, letters
from twinbell.client.bonds import BondRow
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.client.letters import LetterRow
from twinbell.crypto import kdf
from twinbell.errors import Damaged, Mistaken, NotFound, NotYet, Refused, Retired, TwinbellError, Unreachable
from twinbell.wire.beacon import Chain

if TYPE_CHECKING:
    from twinbell.bond.pendant import Pendant

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven")
SHARES_HINT = "`twinbell letter open LETTER --shares` takes shares that guardians tell you."


@dataclass(frozen=True, slots=True)
class Helper:
    """A share that is here, and who it is of."""

    words: str = field(repr=False)
    of: str


def helpers(home: Home, gate: GuardiansGate) -> list[Helper]:
    """Return the shares that are here for a gate: released in a bond with a guardian, or typed."""
    named = gates.gate_hash(gate.recipient)
    found = [
        Helper(released.words, f"the share of {bond.peer}")
        for bond in bonds.every(home.vault)
        if bond.kind == bonds.GUARDIAN
        for released in bond.pendant.keyring.watch.released
        if released.gate == named
    ]
    typed = home.vault.all("select words from typed where gate = ? order by rowid", named)
    return found + [Helper(row[0], f"the typed share {number}") for number, row in enumerate(typed, 1)]


def take_share(home: Home, row: LetterRow, text: str) -> int:
    """Keep a share that was typed for this letter, and return how many more are needed.

    Raises `Damaged` that names the wrong word. One that is for another letter may not be noticed before there
    are enough, and then does no harm.
    """
    from twinbell.crypto import shares

    gate = guardians_of(row)
    try:
        words = shares.normal(text)
    except Damaged as error:
        raise Damaged(f"This share{str(error).removeprefix('Share 1')}") from None
    if shares.threshold(words) != gate.threshold:
        raise Damaged("This share is not for this letter.")
    named = gates.gate_hash(gate.recipient)
    home.vault.run("insert into typed (gate, words) values (?, ?) on conflict do nothing", named, words)
    return lacking(gate, helpers(home, gate))


def guardians_of(row: LetterRow) -> GuardiansGate:
    """Return the guardians' gate of a last letter."""
    for way in row.lock.ways:
        for gate in way:
            if isinstance(gate, GuardiansGate):
                return gate
    raise Mistaken("No guardians are needed for this letter.")


def lacking(gate: GuardiansGate, found: list[Helper]) -> int:
    """Return how many more guardians must help, where this was `found`; 0 if it opens the gate."""
    return 0 if _regained(gate, found) else missing_of(gate, found)


def missing_of(gate: GuardiansGate, found: list[Helper]) -> int:
    """Return how many more guardians must help, where what was `found` is not enough.

    Shares of one gate can be told from others, so a false one is not counted for a true one.
    """
    return max(1, gate.threshold - max(map(len, _families(found)), default=0))


def _families(found: list[Helper]) -> list[set[str]]:
    """Return the shares that belong together, each of them once."""
    from twinbell.crypto import shares

    by_family: dict[tuple[int, ...], set[str]] = {}
    for helper in found:
        by_family.setdefault(shares.family(helper.words), set()).add(helper.words)
    return list(by_family.values())


def _regained(gate: GuardiansGate, found: list[Helper]) -> gates.Regained | None:
    try:
        return gates.regain(gate, [helper.words for helper in found])
    except Damaged:  # one of them is false: another guardian's makes up for it
        return None


class Gates:
    """The gates of one last letter. Each is tried once, and what it lacks is kept in words."""

    def __init__(self, home: Home, row: LetterRow, bond: BondRow) -> None:
        self._home = home
        self._row = row
        self._bond = bond
        self._lock = row.lock
        self._seeds: dict[bytes, bytes | None] = {}
        self._signatures: dict[tuple[bytes, int], bytes | None] = {}
        self._refusals: dict[Gate, TwinbellError] = {}
        self.false: tuple[str, ...] = ()  # shares that were not what they said

    @property
    def keys(self) -> Keys:
        """What there is to open this letter with."""
        return Keys(self._signature_of, self._seed_of)

    def verdict(self, early: NotYet) -> TwinbellError:
        """Return why the letter did not open, where the rules could only say: not yet; of the nearest way."""
        ways = [self._missing(way) for way in self._lock.ways]
        rank, best = min(((_rank(way), way) for way in ways), key=lambda each: each[0])
        if not best:  # what was missing came while the letter was being read
            return early
        said = " ".join(dict.fromkeys(str(refusal) for refusal in best))
        if rank >= _RANK[Damaged]:
            return type(best[0])(said) if rank == _RANK[Retired] else Damaged(said)
        more = self._elsewhere(best)
        hint = SHARES_HINT if any(isinstance(gate, GuardiansGate) for gate in self._refusals) else ""
        if rank == _RANK[Unreachable]:
            return Unreachable(f"{said} {more}".strip(), hint=hint)
        opens_s = self._row.floor_s
        return NotYet(
            f"It is not yet time. {said} {more}".strip(),
            opens_s=opens_s if opens_s and opens_s > self._home.now_s else None,
            hint=hint,
        )

    def _elsewhere(self, best: list[TwinbellError]) -> str:
        """Return what has to be said of the other ways: the day of the floor, or why that way is closed."""
        ways = [self._missing(way) for way in self._lock.ways]
        others = [way for way in ways if way != best]
        dated = [self._missing(way) for way in self._lock.ways if not _is_silent(way)]
        wish = self._lock.wish
        ended = [way for way in others if any(isinstance(each, Retired | Damaged) for each in way)]
        if wish and best not in dated and wish.instant_s > self._home.now_s and len(ended) < len(dated):
            return f"From {wish.words} on guardians can open it, silent or not."
        why = [
            str(each) for way in others for each in way if isinstance(each, Retired | Damaged | Unreachable)
        ]
        return " ".join(dict.fromkeys(why))

    def _missing(self, way: Way) -> list[TwinbellError]:
        found = []
        for gate in way:
            if isinstance(gate, DateGate):
                self._signature_of(self._lock.chains[gate.chain].chain, gate.round)
            else:
                self._seed_of(gate.recipient)
            if gate in self._refusals:
                found.append(self._refusals[gate])
        return found

    def _signature_of(self, chain: Chain, round: int) -> bytes | None:
        key = (chain.hash, round)
        if key not in self._signatures:
            gates_ = [
                gate
                for way in self._lock.ways
                for gate in way
                if isinstance(gate, DateGate)
                and (self._lock.chains[gate.chain].chain.hash, gate.round) == key
            ]
            self._signatures[key] = None
            try:
                self._signatures[key] = chains.signature_of(self._home, chain, round)
            except (Unreachable, Retired, NotYet, Damaged) as refusal:
                self._refusals |= dict.fromkeys(gates_, refusal)
            else:
                if self._signatures[key] is None:
                    assert self._lock.wish is not None
                    early = NotYet(f"That way is shut until {self._lock.wish.words}.")
                    self._refusals |= dict.fromkeys(gates_, early)
        return self._signatures[key]

    def _seed_of(self, recipient: bytes) -> bytes | None:
        if recipient not in self._seeds:
            (gate,) = {
                gate
                for way in self._lock.ways
                for gate in way
                if not isinstance(gate, DateGate) and gate.recipient == recipient
            }
            self._seeds[recipient] = None
            try:
                if isinstance(gate, SilenceGate):
                    self._seeds[recipient] = self._silence(gate)
                else:
                    self._seeds[recipient] = self._guardians(gate)
            except TwinbellError as refusal:
                self._refusals[gate] = refusal
        return self._seeds[recipient]

    def _silence(self, gate: SilenceGate) -> bytes:
        """Return the seed of the silence gate, from what is kept here or from the relay."""
        home, row, bond = self._home, self._row, self._bond
        identities = letters.identities_of(bond.pendant)
        kept = home.vault.one("select data from parcel where bond = ? and letter = ?", bond.id, row.id)
        if kept is not None:
            return gates.open_parcel(kept[0], identities, gate)
        data = self._fetch(gate)
        seed = gates.open_parcel(data, identities, gate)
        home.vault.run(
            "insert into parcel (bond, letter, data) values (?, ?, ?) on conflict do nothing",
            bond.id,
            row.id,
            data,
        )
        reach("watch: parcel kept")
        return seed

    def _fetch(self, gate: SilenceGate) -> bytes:
        name = self._bond.peer
        reading = self._bond.pendant.keyring.watch.reader(gate.watch)
        if reading is None:
            raise NotYet(f"{name} has not told you where their watch is kept.")
        relay = self._home.watch_relay(reading.relay)
        try:
            return relay.fetch_parcel(gate.watch, reading.token, self._row.id)
        except NotYet:
            raise NotYet(f"{name} has not been silent for long enough.") from None
        except NotFound:
            raise NotYet(
                f"{relay.name} does not give out its part: {name} has been heard from, has stopped their "
                "watch, or has sealed this letter anew."
            ) from None
        except Unreachable:
            raise Unreachable(
                f"{relay.name}, which knows whether {name} has been silent, can't be reached."
            ) from None
        except Refused as refusal:
            raise Unreachable(str(refusal)) from None

    def _guardians(self, gate: GuardiansGate) -> bytes:
        found = helpers(self._home, gate)
        regained = _regained(gate, found)
        if regained is not None:
            self.false = tuple(found[place].of for place in regained.false)
            return regained.seed
        needed = help_needed(missing_of(gate, found), first=not found)
        known = {helper.words for helper in found}
        false = len(_families(found)) > 1 or len(known) >= gate.threshold
        raise NotYet(f"One of the shares that are here is false. {needed}" if false else needed)


def opened(home: Home, row: LetterRow, bond: BondRow, text: str) -> None:
    """After a last letter was opened: in a rehearsal, let its writer know. Only who read it can.

    Called for letters that came in. `mail.send` sees to the rest.
    """
    from twinbell.bond.watchevent import RehearsalRead
    from twinbell.client import journal

    if row.watch is None or not rehearses(bond.pendant, row.watch):
        return
    with home.vault.transaction():
        now = bonds.get(home.vault, bond.id)
        journal.step_inside(home, now, RehearsalRead(row.watch, proof_of(text)))


def rehearses(pendant: "Pendant", watch: bytes) -> bool:
    """Say whether this watch is a rehearsal, by the terms that its reader was given."""
    from twinbell.bond.watchsight import check_terms

    reading = pendant.keyring.watch.reader(watch)
    return reading is not None and check_terms(reading.terms, reading.watch, reading.key).rehearsal


def proof_of(text: str) -> bytes:
    """Return what shows that the letter of a rehearsal was read."""
    return kdf.sha256(text.strip().encode())


def help_needed(missing: int, *, first: bool) -> str:
    """Return how many guardians must help, in words."""
    more = "" if first else " more"
    number = _NUMBERS[missing].capitalize() if missing < len(_NUMBERS) else str(missing)
    return f"{number}{more} guardian must help." if missing == 1 else f"{number}{more} guardians must help."


_RANK: dict[type[TwinbellError], int] = {Unreachable: 0, NotYet: 1, Damaged: 2, Retired: 3}


def _rank(missing: list[TwinbellError]) -> int:
    """Return how far a way is from open: what is only out of reach is near, what has ended is farthest."""
    return max(
        (rank for kind, rank in _RANK.items() for each in missing if isinstance(each, kind)), default=0
    )


def _is_silent(way: Way) -> bool:
    return any(isinstance(gate, SilenceGate) for gate in way)
