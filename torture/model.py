"""M3: the watch and all around it, as processes that interleave, checked by Spin (`docs/models/watch.pml`).

Where `stages` checks the rules themselves, this checks what lies between them: a crash between writing and
doing, a sign of life on its way, guardians with clocks of their own, a reader who must be told at least once.
Needs Debian's `spin` and a C compiler, and says so where there are none.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MODEL = Path(__file__).parent.parent / "docs" / "models" / "watch.pml"
EARLY, LATE = ("-DSAFETY", "-DNOCLAIM"), ("-DNFAIR=3",)
FAULTS = {"OUTAGE_COUNTS": EARLY, "QUEUED_COUNTS": EARLY, "COPY_COUNTS": EARLY, "MARK_FIRST": LATE}
DEPTH = 1_000_000
MEMORY_MIB = 4_000


def checked(promise: tuple[str, ...], *defines: str) -> tuple[bool, int]:
    """Return whether the model keeps a promise, and in how many states that was looked at."""
    with tempfile.TemporaryDirectory(prefix="twinbell-") as folder:

        def run(*command: str) -> str:
            return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout

        run("spin", *(f"-D{define}" for define in defines), "-a", str(MODEL))
        run("gcc", "-O2", *promise, f"-DMEMLIM={MEMORY_MIB}", "-DCOLLAPSE", "-o", "pan", "pan.c")
        said = run("./pan", f"-m{DEPTH}", *(() if promise is EARLY else ("-a", "-f")))
    if "Search not completed" in said and "errors: 0" in said:
        raise RuntimeError(said)
    states = next(int(line.split()[0]) for line in said.splitlines() if "states, stored" in line)
    return "errors: 0" in said, states


def main() -> int:
    """Check both promises, and that each rule that is wrong breaks one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="with two faults of each kind")
    args = parser.parse_args()
    if not shutil.which("spin") or not shutil.which("gcc"):
        print("skipped: spin and gcc are not installed here")
        return 0
    most = f"MAX_FAULTS={2 if args.long else 1}"
    early, states = checked(EARLY, most)
    late, ways = checked(LATE, most)
    missed = [fault for fault, promise in FAULTS.items() if checked(promise, most, fault)[0]]
    print(
        f"never early {'holds' if early else 'BROKEN'} in {states:,} states, "
        f"never late {'holds' if late else 'BROKEN'} in {ways:,}; "
        f"{len(FAULTS) - len(missed)} of {len(FAULTS)} known faults were caught {' '.join(missed)}".rstrip()
    )
    return 0 if early and late and not missed else 1


if __name__ == "__main__":
    sys.exit(main())
