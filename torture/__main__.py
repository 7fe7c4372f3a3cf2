"""Run every harness, one line each; `--long` runs the forms that take minutes or hours.

A harness is a module here with an id of the test that it holds in its docstring's first line, as in
"X1: kill the relay under load". It ends with 0 if the promise held and its known fault was caught.
"""

import argparse
import ast
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
SHORT_S = 300
LONG_S = 24 * 3600


def main() -> int:
    """Run all harnesses, or those that are named; return 0 if every one held."""
    found = harnesses()
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(found))
    parser.add_argument("--long", action="store_true")
    args = parser.parse_args()
    if unknown := [name for name in args.names if name not in found]:
        parser.error(f"there is no harness called {', '.join(unknown)}")
    held = [run(name, found[name], long=args.long) for name in args.names or found]
    return 0 if all(held) else 1


def harnesses() -> dict[str, str]:
    """Return every harness with the first line of its docstring."""
    found = {}
    for path in sorted(HERE.glob("[a-z]*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        says = (ast.get_docstring(tree) or "").splitlines()
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            found[path.stem] = says[0] if says else path.stem
    return found


def run(name: str, says: str, *, long: bool) -> bool:
    """Run one harness in a process of its own and print how it went."""
    print(f"  {name:12} {says}", flush=True)
    begun_s = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"torture.{name}", *(["--long"] if long else [])],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            timeout=LONG_S if long else SHORT_S,
        )  # fmt: skip
        code, out = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        code, out = None, f"It did not end within {late.timeout:.0f} seconds."
    lines = out.strip().splitlines()
    verdict = "held" if code == 0 else "BROKE"
    last = lines[-1] if lines else ""
    print(f"  {'':12} {verdict} after {time.monotonic() - begun_s:.0f} s. {last}", flush=True)
    if code != 0:
        print("\n".join(lines[-40:]))
    return code == 0


if __name__ == "__main__":
    sys.exit(main())
