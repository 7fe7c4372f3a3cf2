"""Run every bench, one after the other: `python -m bench [--long] [NAME …]`.

A bench is a module here that knows `--short`. It prints its own table, says which bars it met, and ends with
0 if it met them all. Figures depend on what else the machine does: leave it alone meanwhile.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run all benches, or those that are named; return 0 if every bar was met."""
    found = [path.stem for path in sorted(HERE.glob("[a-z]*.py")) if '"--short"' in path.read_text("utf-8")]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(found))
    parser.add_argument("--long", action="store_true", help="the full series, as in the closing figures")
    args = parser.parse_args()
    if unknown := [name for name in args.names if name not in found]:
        parser.error(f"there is no bench called {', '.join(unknown)}")
    missed = []
    for name in args.names or found:
        print(f"\n== {name}", flush=True)
        form = [] if args.long else ["--short"]
        if subprocess.run([sys.executable, "-m", f"bench.{name}", *form], check=False).returncode:
            missed.append(name)
    print(f"\nBars missed: {', '.join(missed)}." if missed else "\nEvery bar was met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
