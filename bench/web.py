"""How long a person waits in the web app, on a phone four times slower than this machine.

`python -m bench.web [--short]`. A real Chromium fetches the app from a relay on this machine: a first visit
until a person can begin (bar: 1 s), a date letter of 10 KiB from the touch to its words (150 ms), and three
runs of Lighthouse (95 in performance, accessibility and best practices). Medians. The measuring itself is
`web/bench/web.bench.ts`, since browsers are driven from there; `make web` must have built the app.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).parent.parent / "web"
ROUNDS, ROUNDS_SHORT = 7, 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.web")
    parser.add_argument("--short", action="store_true", help=f"{ROUNDS_SHORT} rounds in place of {ROUNDS}")
    rounds = ROUNDS_SHORT if parser.parse_args().short else ROUNDS
    vitest = WEB / "node_modules" / "vitest" / "vitest.mjs"
    built = Path(os.environ.get("TWINBELL_WEB_DIST", WEB / "dist"))
    if not vitest.exists() or not (built / "app.json").exists():
        print("Not measured: `make web` builds the app, and installs what drives a browser.")
        return 0
    form = ["--config", "vitest.bench.config.ts", "--disable-console-intercept"]
    environment = {**os.environ, "ROUNDS": str(rounds)}
    return subprocess.run(
        ["node", str(vitest), "run", *form], cwd=WEB, env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
