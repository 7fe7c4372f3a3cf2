"""E4: no letter opens of a writer who gave a sign of life, and each of a silent one does (L4).

Each seed is a life of years: signs of life that are lost, late and doubled; a relay that is down for up to
400 days, that crashes between writing and doing, whose clock leaps, whose machine sleeps, whose database is
put back from an older copy; absences, reminders that nobody accepts, guardians who answer anything at any
time, a stop code, new terms. The rules are the relay's own; the witness reads a diary of what truly was. Each
known fault is one switch, and must be found. `--seed N` tells one life.
"""

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields

from torture.watchlife import Life
from torture.watchrelay import NONE, Faults

SHORT, LONG = 300, 100_000
CAUGHT_WITHIN = 4_000  # a known fault shows in one of so many lives
CHUNK = 100


def lived(seed: int, faults: Faults = NONE) -> tuple[int, list[str], bool, bool]:
    """Live one life; return its seed, what was wrong, whether it opened, and whether it had to."""
    life = Life(seed, faults)
    wrong = life.live()
    return seed, wrong, life.opened_at is not None, life.clear


def caught(name: str, lives: int = CAUGHT_WITHIN) -> tuple[str, int | None, str]:
    """Return a fault by its name, in which life it was found (None if in none), and as what."""
    for seed in range(lives):
        _, wrong, _, _ = lived(seed, Faults(**{name: True}))
        if wrong:
            return name, seed, wrong[0]
    return name, None, ""


def told(seed: int) -> int:
    """Live one life and tell it, line by line."""
    life = Life(seed, NONE)
    wrong = life.live()
    print("\n".join(life.log))
    print("; ".join(wrong) or "nothing was wrong")
    return 1 if wrong else 0


def main() -> int:
    """Run the harness and its controls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--lives", type=int)
    parser.add_argument("--seed", type=int, help="tell this one life")
    args = parser.parse_args()
    if args.seed is not None:
        return told(args.seed)
    count = args.lives or (LONG if args.long else SHORT)
    begun_s = time.monotonic()
    with multiprocessing.Pool() as pool:
        bad, opened, clear = gathered(pool.imap_unordered(lived, range(count), CHUNK))
        faults = pool.map(caught, [field.name for field in fields(Faults)], 1)
    for seed, wrong in bad[:20]:
        print(f"WRONG in life {seed} (--seed {seed}): {'; '.join(wrong)}")
    for name, life, what in faults:
        print(f"{name}: {'MISSED' if life is None else f'found in life {life}: {what}'}")
    missed = sum(life is None for _, life, _ in faults)
    found = f"{len(faults) - missed} of {len(faults)} known faults were caught"
    print(
        f"{count} lives, {opened} opened, {clear} of them had to, {len(bad)} wrong, "
        f"{time.monotonic() - begun_s:.0f} s; {found}"
    )
    return 1 if bad or missed else 0


def gathered(
    lives: Iterable[tuple[int, list[str], bool, bool]],
) -> tuple[list[tuple[int, list[str]]], int, int]:
    """Return the lives in which something was wrong, how many opened, and how many had to."""
    bad, counts = [], Counter[str]()
    for seed, wrong, opened, clear in lives:
        counts["opened"] += opened
        counts["clear"] += clear
        if wrong:
            bad.append((seed, wrong))
    return sorted(bad), counts["opened"], counts["clear"]


if __name__ == "__main__":
    sys.exit(main())
