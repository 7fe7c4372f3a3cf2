"""Script tests: commands and what they say, as a person would see it, in a plain text file.

    # why this must be so
    $ twinbell age keygen -o key.txt
    ! Public key: age1pq1…
    $ twinbell age encrypt -p -o note.age note.txt
    < a passphrase
    < a passphrase
    $ cat missing
    ! …No such file…
    ? 1

    -- note.txt --
    hello

`$` is a command for the shell. Below it stand its standard output as it is, `!` lines of standard error, `<`
lines that a person types when asked on the terminal, and `?` the exit code, if that is not 0. `…` stands for
anything within a line. `-- name --` begins a file that is there from the start, `# needs: NAME …` names
programs without which the script is skipped. Each script runs in a folder of its own; commands run one after
the other, with real processes.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import termios
import time
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path

import pytest

DEADLINE_S = 60.0
_ANY = "…"


@dataclass
class Step:
    """One command and what is expected of it."""

    line: int
    command: str
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    code: int = 0


def parse(text: str) -> tuple[list[Step], dict[str, str]]:
    """Return the steps of a script and the files that it brings."""
    steps: list[Step] = []
    files: dict[str, str] = {}
    name = None
    for number, line in enumerate(text.splitlines(), start=1):
        if begins := re.fullmatch("-- (.+) --", line):
            name = begins[1]
            files[name] = ""
        elif name is not None:
            files[name] += line + "\n"
        elif line.startswith("$ "):
            steps.append(Step(number, line[2:]))
        elif line.startswith("#") or (not line and not steps):
            continue
        elif line.startswith("! "):
            steps[-1].err.append(line[2:])
        elif line.startswith("< ") or line == "<":
            steps[-1].typed.append(line[2:])
        elif line.startswith("? "):
            steps[-1].code = int(line[2:])
        elif line:
            steps[-1].out.append(line)
    return steps, files


def run(script: Path, folder: Path) -> None:
    """Run a script in `folder`, and fail where something else happens than it says."""
    text = script.read_text("utf-8")
    for needed in " ".join(re.findall("^# needs: (.+)$", text, re.MULTILINE)).split():
        if not shutil.which(needed):
            pytest.skip(f"{needed} is not installed")
    steps, files = parse(text)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    for step in steps:
        code, out, err = _command(step, folder)
        place = f"{script.name}:{step.line}: {step.command}"
        assert _fits(step.out, out), (
            f"{place}\nwrote:\n{out}\ninstead of:\n{chr(10).join(step.out)}\nand: {err}"
        )
        assert _fits(step.err, err), f"{place}\nsaid:\n{err}\ninstead of:\n{chr(10).join(step.err)}"
        assert code == step.code, f"{place}\nexited with {code} instead of {step.code}; {out}{err}"


def environment(folder: Path) -> dict[str, str]:
    """Return a plain environment: nothing of the machine's owner, one time zone, one language."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("TWINBELL", "XDG", "LC_"))
    }
    return kept | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "80",
        "TZ": "UTC",
    }


def _command(step: Step, folder: Path) -> tuple[int, str, str]:
    ours, theirs = pty.openpty()

    def own_terminal() -> None:  # so that /dev/tty is the one on which we type
        ioctl(theirs, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        ["bash", "-c", step.command],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        pass_fds=(theirs,),
        preexec_fn=own_terminal,
    )
    os.close(theirs)
    try:
        for line in step.typed:
            _wait_for_question(ours)
            os.write(ours, line.encode() + b"\n")
        out, err = process.communicate(timeout=DEADLINE_S)
    finally:
        process.kill()
        os.close(ours)
    return process.returncode, out, err


def _wait_for_question(terminal: int) -> None:
    """Read until a question stands there: what is typed before it is asked for would be thrown away."""
    seen = b""
    end_s = time.monotonic() + DEADLINE_S
    while not seen.endswith((b": ", b"? ")):
        ready, _, _ = select.select([terminal], [], [], max(0, end_s - time.monotonic()))
        assert ready, f"nothing was asked; seen: {seen!r}"
        seen += os.read(terminal, 4096)


def _fits(expected: list[str], actual: str) -> bool:
    pattern = "".join(".*".join(re.escape(part) for part in line.split(_ANY)) + "\n" for line in expected)
    return re.fullmatch(pattern, actual if not actual or actual.endswith("\n") else actual + "\n") is not None
