"""How long a person waits for a command: each in its own process, start-up included.

`python -m bench.start [--short]`. Runs are interleaved, so that whatever else the machine does falls on all
of them; each figure is the median, and its ratio is to `python -c pass` in the same round. Bars: `--version`
4 times that, `age --help` and a whole `ring` (argparse, vault, HPKE, journal with three syncs, one PUT to a
local relay, key file) 8 times; a date letter of 10 KiB opens 30 ms beyond start-up, which is measured inside
one process: vault open, modules loaded, and then the letter from its file to its verified text. On a busy
machine wall time says nothing, and CPU time is compared instead.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.stories.people import Person, Relay, eventually, joined

from twinbell.client.pendant import Pendants

SCRIPT = str(Path(sys.executable).with_name("twinbell"))
ROUNDS, ROUNDS_SHORT = 60, 12
BARS = {"twinbell --version": 4.0, "twinbell age --help": 8.0, "twinbell ring": 8.0}
BAR_LETTER_MS = 30.0
TEXT = "Dear Jun\n" * 1138  # 10 KiB


class Cost(NamedTuple):
    """What a run took."""

    wall_s: float
    cpu_s: float

    @classmethod
    def median(cls, costs: "list[Cost]") -> "Cost":
        return cls(statistics.median(c.wall_s for c in costs), statistics.median(c.cpu_s for c in costs))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.start")
    parser.add_argument("--short", action="store_true", help=f"{ROUNDS_SHORT} rounds in place of {ROUNDS}")
    rounds = ROUNDS_SHORT if parser.parse_args().short else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        relay = Relay(folder / "relay").start()
        try:
            return _measure(relay, folder, rounds)
        finally:
            relay.stop()


def _measure(relay: Relay, folder: Path, rounds: int) -> int:
    mei, jun = Person("Mei", folder / "mei"), Person("Jun", folder / "jun")
    joined(relay, mei, jun)
    letter = mei.types("letter", "write", "-", "--opens", "in 1s", stdin=TEXT)["letter"]
    jun.types("letter", "list")
    eventually(lambda: jun.tries("letter", "open", letter).code, lambda code: code == 0)
    commands = {
        "python -c pass": ([sys.executable, "-c", "pass"], mei),
        "twinbell --version": ([SCRIPT, "--version"], mei),
        "twinbell age --help": ([SCRIPT, "age", "--help"], mei),
        "twinbell ring": ([SCRIPT, "ring"], mei),
        "twinbell letter list": ([SCRIPT, "letter", "list", "--offline"], jun),
        "twinbell letter open": ([SCRIPT, "letter", "open", letter], jun),
    }
    times: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (command, person) in commands.items():
            times[name].append(_cost(command, person))
    return _report(times, _letter(jun, letter, rounds))


def _letter(person: Person, letter: str, rounds: int) -> Cost:
    """Return what a letter takes to open once everything is loaded."""
    with Pendants.open(person.home) as pendants:
        (row,) = (each for each in pendants.letters() if each.name == letter)
        pendants.open_letter(row, person.home / "unused")
        costs = []
        for _ in range(rounds):
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            pendants.open_letter(row, person.home / "unused")
            costs.append(Cost(time.perf_counter() - wall_s, time.process_time() - cpu_s))
    return Cost.median(costs)


def _cost(command: list[str], person: Person) -> Cost:
    env = {name: value for name, value in person.env.items() if name != "TWINBELL_DEBUG"}
    before, begun_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall_s, after = time.perf_counter() - begun_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _report(times: dict[str, list[Cost]], letter: Cost) -> int:
    bare = times["python -c pass"]
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    busy = load > 0.75 * cores
    print(f"{len(bare)} rounds, load {load:.1f} on {cores} cores; {'CPU' if busy else 'wall'} time counts\n")
    print(f"{'':<22} {'wall ms':>8} {'×':>6} {'CPU ms':>8} {'×':>6}")
    met = True
    for name, found in times.items():
        cost = Cost.median(found)
        wall = statistics.median(a.wall_s / b.wall_s for a, b in zip(found, bare, strict=True))
        cpu = statistics.median(a.cpu_s / b.cpu_s for a, b in zip(found, bare, strict=True))
        said = ""
        if bar := BARS.get(name):
            good = (cpu if busy else wall) <= bar
            met &= good
            said = f"  bar {bar:.0f} {'met' if good else 'MISSED'}"
        print(f"{name:<22} {1000 * cost.wall_s:8.1f} {wall:6.1f} {1000 * cost.cpu_s:8.1f} {cpu:6.1f}{said}")
    good = 1000 * (letter.cpu_s if busy else letter.wall_s) <= BAR_LETTER_MS
    print(
        f"{'a letter of 10 KiB':<22} {1000 * letter.wall_s:8.1f} {'':6} {1000 * letter.cpu_s:8.1f} {'':6}"
        f"  bar {BAR_LETTER_MS:.0f} ms {'met' if good else 'MISSED'}"
    )
    return 0 if met and good else 1


if __name__ == "__main__":
    sys.exit(main())
