"""Chains: what shows that a message came twice, came late, was lost, or came from an older copy of a device.

Each device that sends counts its bodies from 0 and puts the hash of the one before into each. The receiver
keeps, for every device that writes to it, the hashes of the last thousand and the ranges that it has not got.

    same counter, same hash      a double: dropped
    same counter, another hash   a fork: delivered and told, since a device restored from a backup counts
                                 again, and dropping its letters would lose them
    a counter too high           a gap: told after a while, asked for once a day, closed when the rest comes

Below the thousand no hash is left, and of forks the last five hundred are known. What comes there again is a
double if it was sent no later than what was forgotten, and a fork if it was sent since.

One who came back from paper begins in the middle of the other's chain. What lies before the first body is not
missing; what comes of it all the same is late.
"""

from dataclasses import dataclass, replace
from enum import Enum

from twinbell.bond.keys import DEVICE_BYTES
from twinbell.bond.message import HASH_BYTES
from twinbell.bond.record import Fields, Record, row
from twinbell.encoding import Value

WINDOW = 1024
GAPS_MAX = 256  # beyond, the oldest is told and given up
FORKS_MAX = 512
DAY_S = 86_400

_SHORT = 16  # of a hash: a second preimage is out of reach all the same
_ENTRY = _SHORT + 4  # and the minute in which it was sent
_NOTHING = bytes(_ENTRY)


@dataclass(frozen=True, slots=True)
class Sending:
    """Our own chain: the counter of the next body, and the hash of the last."""

    next: int = 0
    prev: bytes = bytes(HASH_BYTES)

    def after(self, digest: bytes) -> "Sending":
        return Sending(self.next + 1, digest)

    def to_record(self) -> Record:
        return {"next": self.next, "prev": self.prev}

    @classmethod
    def from_record(cls, value: Value) -> "Sending":
        fields = Fields(value, "chain")
        return cls(fields.number("next"), fields.data("prev", HASH_BYTES))


class Verdict(Enum):
    """What a body is to the chain that it belongs to."""

    NEXT = "next"
    LATE = "late"  # it was missing
    FORK = "fork"
    DOUBLE = "double"


@dataclass(frozen=True, slots=True)
class Gap:
    """Counters `first` to `last` that did not come, since when that is known, and whether it was shown."""

    first: int
    last: int
    since_s: int
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """What is known of the chain of one device that writes to us."""

    device: bytes
    next: int = 0
    begun: int = 0  # where we began to know it: above 0 for who came back from paper
    recent: bytes = b""  # an entry for each counter from `floor` to `next`; zeros where nothing came
    forgotten_s: int = 0  # the latest that anything below `floor` was sent
    gaps: tuple[Gap, ...] = ()
    forks: bytes = b""  # an entry for each
    forks_forgotten_s: int = 0  # the latest that a fork without an entry was sent
    heard_s: int = 0
    prekey: int = 0  # the newest of our prekeys that it was seen to use
    days: tuple[tuple[int, int], ...] = ()  # (day, highest counter that had come by its end)

    @property
    def floor(self) -> int:
        return self.next - len(self.recent) // _ENTRY

    def begun_at(self, n: int) -> "Receiving":
        """Return the chain as one who has nothing before body `n`, and misses nothing of it."""
        return replace(self, next=n, begun=n)

    def accept(
        self, *, n: int, digest: bytes, prev: bytes, sent_s: int, prekey: int, now_s: int
    ) -> tuple["Receiving", Verdict]:
        """Return the chain with this body in it, and what the body is to it. A double changes nothing."""
        verdict = self._verdict(n, digest, prev, sent_s)
        if verdict is Verdict.DOUBLE:
            return self, verdict
        chain = replace(self, heard_s=max(now_s, self.heard_s), prekey=max(prekey, self.prekey))
        entry = digest[:_SHORT] + (sent_s // 60).to_bytes(8)[-4:]
        if n >= self.next:
            chain = chain._extended(n, entry, now_s)
        elif self._entry(n) == _NOTHING or n < self.floor:
            chain = chain._filled(n, entry)
        if verdict is Verdict.FORK or n < self.begun:  # nowhere else is its hash kept
            chain = chain._forking(entry)
        return chain, verdict

    def _verdict(self, n: int, digest: bytes, prev: bytes, sent_s: int) -> Verdict:
        if n >= self.next:
            return Verdict.NEXT if self._follows(n, prev) else Verdict.FORK
        known = self._entry(n)
        if known[:_SHORT] == digest[:_SHORT] or self._forked(digest):
            return Verdict.DOUBLE
        if n < self.begun:
            return Verdict.DOUBLE if sent_s <= self.forks_forgotten_s else Verdict.LATE
        if any(gap.first <= n <= gap.last for gap in self.gaps) or (known == _NOTHING and n >= self.floor):
            return Verdict.LATE
        # What is forgotten at this counter: the body itself below the floor, and perhaps a fork anywhere.
        forgotten_s = max(self.forks_forgotten_s, self.forgotten_s if n < self.floor else 0)
        if sent_s <= forgotten_s:
            return Verdict.DOUBLE
        return Verdict.FORK

    def _follows(self, n: int, prev: bytes) -> bool:
        """Say whether `prev` is the body before, as far as that one is known."""
        if n == 0:
            return prev == bytes(HASH_BYTES)
        before = self._entry(n - 1)
        return before == _NOTHING or before[:_SHORT] == prev[:_SHORT] or self._forked(prev)

    def _forked(self, digest: bytes) -> bool:
        short = digest[:_SHORT]
        return any(self.forks[at : at + _SHORT] == short for at in range(0, len(self.forks), _ENTRY))

    def _entry(self, n: int) -> bytes:
        at = (n - self.floor) * _ENTRY
        return self.recent[at : at + _ENTRY] if 0 <= at < len(self.recent) else _NOTHING

    def _extended(self, n: int, entry: bytes, now_s: int) -> "Receiving":
        gaps = self.gaps
        if n > self.next:
            gaps = (*gaps, Gap(self.next, n - 1, now_s))
        skipped = min(n - self.next, WINDOW)
        recent = self.recent + _NOTHING * skipped + entry
        recent, forgotten_s = _kept(recent, WINDOW, self.forgotten_s)
        return replace(
            self,
            next=n + 1,
            recent=recent,
            forgotten_s=forgotten_s,
            gaps=gaps,
            days=_noted(self.days, now_s // DAY_S, n),
        )

    def _forking(self, entry: bytes) -> "Receiving":
        forks, forgotten_s = _kept(self.forks + entry, FORKS_MAX, self.forks_forgotten_s)
        return replace(self, forks=forks, forks_forgotten_s=forgotten_s)

    def _filled(self, n: int, entry: bytes) -> "Receiving":
        recent = self.recent
        if n >= self.floor:
            at = (n - self.floor) * _ENTRY
            recent = recent[:at] + entry + recent[at + _ENTRY :]
        gaps: list[Gap] = []
        for gap in self.gaps:
            if gap.first <= n <= gap.last:
                parts = (replace(gap, last=n - 1), replace(gap, first=n + 1))
                gaps += [part for part in parts if part.first <= part.last]
            else:
                gaps.append(gap)
        return replace(self, recent=recent, gaps=tuple(gaps))

    def reopened(self, n: int, digest: bytes, now_s: int) -> "Receiving":
        """Return the chain without body `n`, so that it is asked for again and taken when it comes.

        The gap counts as told. A body of a fork is left as it is: its counter names another one as well.
        """
        entry = self._entry(n)
        if n >= self.next or (entry != _NOTHING and entry[:_SHORT] != digest[:_SHORT]):
            return self
        if any(gap.first <= n <= gap.last for gap in self.gaps):
            return self
        recent = self.recent
        if n >= self.floor:
            at = (n - self.floor) * _ENTRY
            recent = recent[:at] + _NOTHING + recent[at + _ENTRY :]
        forks = self._forks_without(digest) if n < self.begun else self.forks
        return replace(self, recent=recent, forks=forks, gaps=(*self.gaps, Gap(n, n, now_s, told=True)))

    def _forks_without(self, digest: bytes) -> bytes:
        entries = (self.forks[at : at + _ENTRY] for at in range(0, len(self.forks), _ENTRY))
        return b"".join(entry for entry in entries if entry[:_SHORT] != digest[:_SHORT])

    def trimmed(self) -> tuple["Receiving", tuple[Gap, ...]]:
        """Return the chain with no more gaps than are kept, and those that were given up."""
        if len(self.gaps) <= GAPS_MAX:
            return self, ()
        return replace(self, gaps=self.gaps[-GAPS_MAX:]), self.gaps[:-GAPS_MAX]

    def head(self, now_s: int, *, exact: bool) -> tuple[bytes, int] | None:
        """Return what we may say that we have received: all, or only what came before yesterday began."""
        if exact:
            return (self.device, self.next - 1) if self.next else None
        day = (now_s - DAY_S) // DAY_S
        old = [n for at, n in self.days if at < day]
        return (self.device, old[-1]) if old else None

    def to_record(self) -> Record:
        return {
            "device": self.device,
            "next": self.next,
            "begun": self.begun,
            "recent": self.recent,
            "forgotten": self.forgotten_s,
            "gaps": [[gap.first, gap.last, gap.since_s, gap.told] for gap in self.gaps],
            "forks": self.forks,
            "forks_forgotten": self.forks_forgotten_s,
            "heard": self.heard_s,
            "prekey": self.prekey,
            "days": [list(day) for day in self.days],
        }

    @classmethod
    def from_record(cls, value: Value) -> "Receiving":
        fields = Fields(value, "chain")
        gaps = [row(item, int, int, int, bool) for item in fields.items("gaps", length_max=2 * GAPS_MAX)]
        days = [row(item, int, int) for item in fields.items("days", length_max=8)]
        return cls(
            device=fields.data("device", DEVICE_BYTES),
            next=fields.number("next"),
            begun=fields.number("begun") if fields.has("begun") else 0,
            recent=fields.data("recent", length_max=WINDOW * _ENTRY),
            forgotten_s=fields.number("forgotten"),
            gaps=tuple(Gap(*gap) for gap in gaps),  # type: ignore[arg-type]
            forks=fields.data("forks", length_max=FORKS_MAX * _ENTRY),
            forks_forgotten_s=fields.number("forks_forgotten"),
            heard_s=fields.number("heard"),
            prekey=fields.number("prekey"),
            days=tuple(days),  # type: ignore[arg-type]
        )


def _kept(entries: bytes, most: int, forgotten_s: int) -> tuple[bytes, int]:
    """Return the last `most` entries, and the latest that any that goes was sent."""
    cut = max(0, len(entries) - most * _ENTRY)
    gone = (int.from_bytes(entries[at + _SHORT : at + _ENTRY]) for at in range(0, cut, _ENTRY))
    return entries[cut:], max(forgotten_s, 60 * max(gone, default=0))


def _noted(days: tuple[tuple[int, int], ...], day: int, n: int) -> tuple[tuple[int, int], ...]:
    """Return `days` with `n` as today's: the newest three and one older are enough for `head`."""
    kept = [(at, top) for at, top in days if at != day]
    return (*kept, (day, n))[-4:]
