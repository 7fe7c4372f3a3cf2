"""E2, L3: a wall clock that is set wrong while the relay runs or is off opens nothing early, and heals.

A real relay process runs under a preload library that moves its wall clock and nothing else. The clock leaps
an hour, a day and a year ahead, goes back, and strobes; after each, the newest round that can be had must be
one whose time has truly come. Then the relay is killed, the clock is three days further at its next start,
and every missed round must be there once a second chain, or the operator, says that it is right. The known
fault is a gate that believes the wall clock.
"""

import argparse
import http.client
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from twinbell.wire.beacon import Beacon, Chain, current_round, time_of, verify

HERE = Path(__file__).parent
HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400
SLACK_S = 3  # two seconds of tolerance, and one for the way to us
START_S = 60

# What the known fault is, said inside the process that has it.
TRUSTING = """
import sys
from twinbell.relay import clockgate
clockgate.Gate.read = lambda self, now: clockgate.Reading(now.wall_s, clockgate.State.STEADY, now.wall_s)
from twinbell.cli import main
sys.exit(main(sys.argv[1:]))
"""


class NoCompiler(Exception):
    """There is no C compiler here to make the preload library with."""


def shim(folder: Path) -> Path:
    """Return the compiled preload library; raise `NoCompiler` if it cannot be made."""
    cc = shutil.which("cc") or shutil.which("gcc")
    if cc is None or not sys.platform.startswith("linux"):
        raise NoCompiler
    out = folder / "clockshim.so"
    subprocess.run([cc, "-O2", "-shared", "-fPIC", "-o", out, HERE / "clockshim.c"], check=True)
    return out


class Liar:
    """The wall clock of some processes: `ahead` sets how far it lies."""

    def __init__(self, library: Path, folder: Path) -> None:
        self.file = folder / "lie"
        self.environment = os.environ | {"LD_PRELOAD": str(library), "CLOCKSHIM": str(self.file)}
        self.file.write_bytes(struct.pack("=q", 0))

    def ahead(self, seconds: float) -> None:
        """Set the clock that many seconds ahead of the true time, or behind it."""
        with self.file.open("r+b") as file:
            file.write(struct.pack("=q", int(seconds * 1e9)))


class Relay:
    """A relay process and what can be asked of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        status, body = self.get("/info")
        assert status == 200, body
        self.chain = Chain.parse(body)

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def newest(self, behind: int) -> int:
        """Return the newest round that can be had in any way, searching from `behind` rounds back."""
        status, body = self.get("/public/latest")
        newest = self._verified(body) if status == 200 else 0
        now = current_round(self.chain, time.time())
        for round in (now + 10**9, now + YEAR, now + DAY, now + HOUR, *range(now + 8, now - behind, -1)):
            status, body = self.get(f"/public/{max(1, round)}")
            if status == 200:
                newest = max(newest, self._verified(body))
                break
        return newest

    def early_s(self) -> float:
        """Return how many seconds too early the newest round is; negative if it is late."""
        newest = self.newest(behind=8)
        return time_of(self.chain, newest) - time.time() if newest else float("-inf")

    def _verified(self, body: bytes) -> int:
        beacon = Beacon.parse(body)
        verify(self.chain, beacon)
        return beacon.round


@contextmanager
def relay(data: Path, liar: Liar, *more: str, program: str = "") -> Iterator[Relay]:
    """Run a relay whose wall clock lies; it is killed at the end, as by a power cut."""
    words = ("relay", "serve", "--json", "--listen", "127.0.0.1:0", "--data", str(data), *more)
    start = [sys.executable, "-c", program] if program else [sys.executable, "-m", "twinbell.cli"]
    with subprocess.Popen(
        [*start, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=liar.environment
    ) as process:
        try:
            assert process.stdout is not None
            yield Relay(json.loads(process.stdout.readline())["relay"])
        finally:
            process.kill()


def jumps(folder: Path, library: Path, *, strobes: int, program: str = "") -> list[str]:
    """Set the clock of a running relay wrong in many ways; return what went wrong."""
    wrong = []
    liar = Liar(library, folder)
    with relay(folder / "jumps", liar, "--beacon-period", "1", program=program) as running:

        def look(name: str) -> None:
            early_s = running.early_s()
            if early_s > SLACK_S:
                wrong.append(f"{name}: a round {early_s:.0f} s before its time")

        look("an honest clock")
        for name, lie_s in (("an hour", HOUR), ("a day", DAY), ("a year", YEAR), ("an hour back", -HOUR)):
            liar.ahead(lie_s)
            look(name)
        for number in range(strobes):
            liar.ahead((number % 2) * YEAR)
            look("a strobing clock")
        for step in range(1, 5):
            liar.ahead(step)
            look("small steps")
        liar.ahead(0)
        if (late_s := -running.early_s()) > SLACK_S + 1:
            wrong.append(f"an honest clock again, and the newest round is {late_s:.0f} s late")
    return wrong


def halt(folder: Path, library: Path, *, how: str) -> list[str]:
    """Kill a relay, start it three days later, and have it catch up; return what went wrong."""
    wrong = []
    liar = Liar(library, folder)
    data = folder / f"halt-{how}"
    with relay(data, liar, "--beacon-period", str(HOUR)) as running:
        chain = running.chain
    _forget_the_boot(data)
    liar.ahead(3 * DAY)

    def caught_up(again: Relay) -> list[str]:
        begun_s = time.monotonic()
        due = current_round(chain, time.time() + 3 * DAY)
        while again.get(f"/public/{due}")[0] != 200:
            if time.monotonic() - begun_s > START_S:
                return [f"{how}: not caught up within {START_S} s"]
            time.sleep(0.1)
        missed = []
        for round in range(1, due + 1):
            status, body = again.get(f"/public/{round}")
            if status != 200:
                missed.append(f"{how}: round {round} is missing")
            else:
                verify(chain, Beacon.parse(body))
        return missed

    if how == "confirm":
        with relay(data, liar) as again:
            if again.get("/public/5")[0] != 425:
                wrong.append("an unwitnessed clock was believed three days ahead")
            subprocess.run(
                [sys.executable, "-m", "twinbell.cli", "relay", "clock", "confirm", "--yes", "--data", data],
                env=liar.environment, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            wrong += caught_up(again)
    else:
        # The other chain is a second relay that knows nothing of the first.
        with relay(folder / "witness", liar, "--beacon-period", "1") as other:
            witness = f"{other.url}#{other.chain.hash.hex()}"
            with relay(data, liar, "--witness", witness) as again:
                wrong += caught_up(again)
                status, body = again.get(f"/{other.chain.hash.hex()}/public/1")
                if status != 200 or Beacon.parse(body).round != 1:
                    wrong.append("the witness' rounds are not handed out")
    return wrong


def _forget_the_boot(data: Path) -> None:
    """Make the next start one after a power cut of the whole machine, which a test cannot have."""
    path = data / "beacon" / "clock"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"boot_id": "a boot that is over"}))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            library = shim(folder)
        except NoCompiler:
            print("skipped: there is no C compiler for the preload library")
            return 0
        wrong = jumps(folder, library, strobes=300 if args.long else 6)
        for how in ("witness", "confirm"):
            wrong += halt(folder, library, how=how)
        (folder / "fault").mkdir()
        caught = bool(jumps(folder / "fault", library, strobes=2, program=TRUSTING))
    for line in wrong:
        print(f"WRONG: {line}")
    print(f"{len(wrong)} wrong; the known fault was {'caught' if caught else 'MISSED'}")
    return 0 if caught and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
