"""O2: random letters cross over to the web app and back; not one opens to anything else, or early.

The letters are made and compared by web/tests/core/bond/cross.test.ts, which asks tests/interop/twin.py for
Python's side. Its known fault is a flipped bit on the way; here it is seen that those tests can fail.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).parent.parent / "web"
SHORT, LONG = 40, 1000


def main() -> int:
    """Run the letters."""
    if not (shutil.which("npx") and (WEB / "node_modules" / "vitest").is_dir()):
        print("skipped: the web app's tests are not installed")
        return 0
    count = LONG if "--long" in sys.argv else SHORT
    held = run(count)
    sys.stdout.write(held.stdout)
    if held.returncode:
        return held.returncode
    if run(1, LETTERS_WRONG="1").returncode == 0:
        print("A letter that says something else was not noticed.")
        return 1
    print(f"{count} letters each way; a wrong one was noticed")
    return 0


def run(count: int, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["npx", "vitest", "run", "tests/core/bond/cross.test.ts"],
        cwd=WEB,
        env={**os.environ, **more, "LETTERS": str(count), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main())
