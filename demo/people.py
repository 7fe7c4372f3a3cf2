"""Who takes part: two people who only ever type `twinbell`, and the relay between them.

Everything here is a process of its own. Nothing of Twinbell's is imported to do its work.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATIENCE_S = 60
PERIOD_S = 3


class StoryBroke(Exception):
    """Something did not go as told."""


def expect(holds: object, sentence: str) -> None:
    """Stop the story with a sentence unless this holds."""
    if not holds:
        raise StoryBroke(sentence)


def twinbell(*words: str) -> list[str]:
    """Return the command line of the program that this environment has."""
    return [str(Path(sys.executable).with_name("twinbell")), *words]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self.out)
        return record


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a home folder and a terminal."""

    name: str
    home: Path

    @property
    def env(self) -> dict[str, str]:
        return os.environ | {"TWINBELL_HOME": str(self.home), "PYTHONUNBUFFERED": "1"}

    def try_(self, *words: str, stdin: str = "") -> Answer:
        """Type a command and return whatever came of it."""
        done = subprocess.run(
            twinbell(*words), input=stdin, capture_output=True, text=True, env=self.env, timeout=PATIENCE_S
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def types(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """Type a command that has to succeed, and return its JSON."""
        answer = self.try_(*words, "--json", stdin=stdin)
        expect(answer.code == 0, f"`twinbell {' '.join(words)}` ended with {answer.code}: {answer.err}")
        return answer.json

    def sees(self, *words: str) -> str:
        """Type a command and return what it shows."""
        answer = self.try_(*words)
        expect(answer.code == 0, f"`twinbell {' '.join(words)}` ended with {answer.code}: {answer.err}")
        return answer.out

    def on_screen(self, *words: str) -> None:
        """Type a command and let the terminal show what it shows."""
        sys.stdout.flush()
        subprocess.run(twinbell(*words), env=self.env, timeout=PATIENCE_S, check=False)

    def opens_when_due(self, letter: str, into: Path) -> dict[str, Any]:
        """Open a letter at its moment; a round may be a second late, since two clocks round differently."""
        deadline_s = time.monotonic() + 2 * PERIOD_S
        while (answer := self.try_("letter", "open", letter, "--into", str(into), "--json")).code == 3:
            expect(time.monotonic() < deadline_s, f"The letter does not open on its day: {answer.err}")
            time.sleep(0.5)
        expect(answer.code == 0, f"Opening the letter ended with {answer.code}: {answer.err}")
        return answer.json

    @contextmanager
    def leaves_running(self, *words: str) -> Iterator["Running"]:
        """Type a command that goes on while the others do something."""
        with subprocess.Popen(
            twinbell(*words, "--json"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.env,
        ) as process:
            try:
                yield Running(process)
            finally:
                process.kill()


@dataclass(frozen=True, slots=True)
class Running:
    """A command that has not ended yet."""

    process: "subprocess.Popen[str]"

    def says(self) -> dict[str, Any]:
        """Return the next JSON object that it prints."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            _, err = self.process.communicate(timeout=PATIENCE_S)
            raise StoryBroke(f"It ended with {self.process.returncode}: {err}")
        record: dict[str, Any] = json.loads(line)
        return record

    def hears(self, **record: Any) -> None:
        """Write a JSON object to its standard input."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(record) + "\n")
        self.process.stdin.flush()

    def says_event(self, event: str) -> dict[str, Any]:
        """Return the next JSON object with this `event`, passing over others."""
        while (record := self.says()).get("event") != event:
            pass
        return record

    def ends(self) -> None:
        """Wait until it ends by itself, well."""
        _, err = self.process.communicate(timeout=PATIENCE_S)
        expect(self.process.returncode == 0, f"It ended with {self.process.returncode}: {err}")


def fetch(url: str) -> tuple[int, bytes]:
    """Ask a server for a page: its status, and what it says."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=PATIENCE_S)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay that was started here."""

    process: "subprocess.Popen[str]"
    url: str

    @classmethod
    def start(cls, data: Path) -> "Relay":
        """Start a relay on a port that is free, with a beacon of its own."""
        listen = ["--listen", "127.0.0.1:0", "--data", str(data), "--beacon-period", str(PERIOD_S)]
        with data.with_suffix(".log").open("w") as log:
            process = subprocess.Popen(
                twinbell("relay", "serve", *listen), stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"https?://[^\s,\"]+", line)
        if not found:
            process.kill()
            raise StoryBroke(f"The relay did not start: {line or data.with_suffix('.log').read_text()}")
        return cls(process, found[0].rstrip("./"))

    def stop(self) -> None:
        """Ask the relay to end, and see that it does."""
        assert self.process.stdout
        self.process.terminate()
        self.process.stdout.close()
        expect(self.process.wait(timeout=PATIENCE_S) == 0, "The relay did not stop by itself.")
