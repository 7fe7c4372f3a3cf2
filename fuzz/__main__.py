"""`python -m fuzz TARGET --seconds N`, or `all`: each target in a process of its own, one line each."""

import argparse
import subprocess
import sys

from fuzz import engine


def main() -> int:
    """Run one target here, or all of them; return 0 if every invariant held and the control was caught."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("target", choices=["all", *engine.names()])
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args()
    if args.target != "all":
        return engine.run(args.target, args.seconds)
    how = "guided by coverage" if engine.guided() else "with Hypothesis' bytes"
    print(f"{args.seconds:g} seconds a parser, {how}", flush=True)
    wrong = [name for name in engine.names() if not _holds(name, args.seconds)]
    return 1 if wrong else 0


def _holds(name: str, seconds: float) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", name, "--seconds", str(seconds)],
        capture_output=True, text=True, errors="replace", timeout=seconds + 300,
    )  # fmt: skip
    if name == engine.CONTROL:
        caught = done.returncode != 0
        print(
            f"  {name:14} {'is wrong, and was caught' if caught else 'is wrong, and was NOT caught'}",
            flush=True,
        )
        return caught
    held = done.returncode == 0
    print(f"  {name:14} {'holds' if held else 'DOES NOT HOLD'}", flush=True)
    if not held:
        print(done.stdout[-3000:] + done.stderr[-3000:])
    return held


if __name__ == "__main__":
    sys.exit(main())
