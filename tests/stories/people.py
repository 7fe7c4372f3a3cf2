"""Two people, their homes, and a relay between them: real processes, real files, no mocks.

`Person.types` runs one command and returns what it said; `Person.leaves_running` leaves one running. Nothing
here sleeps for time to pass: what waits for a process has a deadline.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from twinbell.client.home import Home
from twinbell.clock import Clock

DEADLINE_S = 90.0
CONVERSATIONS = ("room",)  # commands that also read while they run
COMMAND = (sys.executable, "-m", "twinbell.cli")

T = TypeVar("T")


def environment(**more: str) -> dict[str, str]:
    """Return an environment without the settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TWINBELL_", "XDG_"))}
    return kept | {"TZ": "UTC", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", "TWINBELL_DEBUG": "1"} | more


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The JSON object that it printed last."""
        record: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return record


@dataclass
class Person:
    """Somebody with a home folder."""

    name: str
    home: Path
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        return environment(TWINBELL_HOME=str(self.home), **self.more)

    def tries(self, *words: str, stdin: str = "", **more: str) -> Answer:
        """Type a command and return whatever came of it."""
        done = subprocess.run(
            [*COMMAND, *words],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.env | more,
            cwd=self.home.parent,
            timeout=DEADLINE_S,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def types(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """Type a command that has to succeed, and return its JSON."""
        answer = self.tries(*words, "--json", stdin=stdin)
        assert answer.code == 0, (words, answer)
        return answer.json if answer.out else {}

    def hears(self, for_s: float = 0.5) -> list[dict[str, Any]]:
        """Listen for a moment and return the events that were told."""
        answer = self.tries("listen", "--for", str(for_s), "--json")
        assert answer.code == 0, answer
        return [json.loads(line) for line in answer.out.splitlines()]

    @contextmanager
    def leaves_running(self, *words: str, **more: str) -> Iterator["Running"]:
        """Type a command that goes on while others do something."""
        process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=subprocess.PIPE if words[0] in CONVERSATIONS else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.env | more,
            cwd=self.home.parent,
        )
        try:
            yield Running(process)
        finally:
            process.kill()
            process.communicate()


@dataclass
class Running:
    """A command that has not ended yet."""

    process: "subprocess.Popen[str]"

    def says(self) -> dict[str, Any]:
        """Return the next JSON object that it prints."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.process.communicate(timeout=DEADLINE_S)
        record: dict[str, Any] = json.loads(line)
        return record

    def hears(self, **record: Any) -> None:
        """Write a JSON object to its standard input."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(record) + "\n")
        self.process.stdin.flush()

    def hears_no_more(self) -> None:
        """Close its standard input."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.stdin = None

    def says_event(self, event: str) -> dict[str, Any]:
        """Return the next event of this kind, passing over others."""
        while (record := self.says())["event"] != event:
            pass
        return record

    def ends(self) -> Answer:
        """Wait until it ends by itself."""
        out, err = self.process.communicate(timeout=DEADLINE_S)
        return Answer(self.process.returncode, out, err)

    def interrupted(self) -> Answer:
        """Press Ctrl-C and wait until it has ended."""
        self.process.send_signal(signal.SIGINT)
        return self.ends()


@dataclass
class Relay:
    """A relay of its own process, which may be stopped and started again on the same port."""

    data: Path
    period_s: int = 1
    port: int = 0
    process: "subprocess.Popen[str] | None" = None
    settings: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Relay":
        """Start it and wait until it serves."""
        words = ["--listen", f"127.0.0.1:{self.port}", "--beacon-period", str(self.period_s), *self.settings]
        with self.data.with_suffix(".log").open("a") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "relay", "serve", "--data", str(self.data), *words],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment(),
            )
        assert self.process.stdout
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, (line, self.data.with_suffix(".log").read_text())
        self.port = int(found[1])
        return self

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            self.process.communicate(timeout=DEADLINE_S)
            self.process = None


def at_home(person: Person, clock: Clock | None = None) -> Home:
    """Open a home from here: what its person does is done by the library that an app would call."""
    return Home.open(person.home, lambda _: "", clock=clock)


def joined(relay: Relay, mei: Person, jun: Person, *more: str) -> dict[str, Any]:
    """Let Mei give a bell and Jun answer it; return what Jun was told. `more` is for both commands."""
    with mei.leaves_running(
        "bell", "give", "--relay", relay.url, "--name", mei.name, "--no-passphrase", "--json", *more
    ) as giving:
        code = giving.says()["spoken"]
        answered = jun.types("bell", "answer", code, "--name", jun.name, "--no-passphrase", *more)
        assert giving.ends().code == 0
    return answered


def eventually(ask: Callable[[], T], accept: Callable[[T], bool] = bool) -> T:
    """Ask again and again until the answer is accepted; fail at the deadline."""
    end_s = time.monotonic() + DEADLINE_S
    while not accept(answer := ask()):
        assert time.monotonic() < end_s, answer
    return answer
