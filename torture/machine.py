"""A machine whose time is moved: for whoever runs on it a day passes in a moment, and nobody waits.

Not a harness itself. Wall clock and elapsed time are set by a file that a preload library reads in every
process of the machine (`clockshim.c`). A relay on it runs as it always does, and besides lives through as
much time as it is told to, in beats that come as late as a beat may.
"""

import asyncio
import http.client
import json
import mmap
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path

from tests.relay.running import GENEROUS, Answer

from torture.clockjump import shim
from twinbell.relay import app, log
from twinbell.relay.counter import BEAT_MAX_S, Counter
from twinbell.relay.settings import load
from twinbell.wire.auth import Token

TOP = Path(__file__).parent.parent
FILE = "CLOCKSHIM"
NS = 1_000_000_000
DAY_S = 86_400
BOOTED_S = 10
LOOK_S = 3 * 3600  # how often a relay that is told to live for days looks what is due
STOP_S = 30
BY_THE_WALL = "torture.machine:by_the_wall"


class Machine:
    """The clocks of some processes, as a `Clock`, kept in a file that all of them look at."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            file.write_bytes(struct.pack("=qq", 0, 0))
        with file.open("r+b") as opened:
            self._lies = mmap.mmap(opened.fileno(), 16)

    def wall_s(self) -> float:
        return time.time_ns() / NS + self._ahead_ns()[0] / NS

    def boot_s(self) -> float:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) / NS + self._ahead_ns()[1] / NS

    def pass_(self, seconds: float) -> None:
        """Let time pass for both clocks at once, as for a relay that is off or stands still."""
        self._add(seconds, seconds)

    def leap(self, seconds: float) -> None:
        """Set the wall clock alone, as a wrong hand would."""
        self._add(seconds, 0)

    def boots_again(self, off_s: float) -> None:
        """Let the machine be off for so long: the wall clock went on, elapsed time begins anew."""
        self._add(off_s, BOOTED_S - self.boot_s())

    def set_wall(self, wall_s: float) -> None:
        self.leap(wall_s - self.wall_s())

    def _ahead_ns(self) -> tuple[int, int]:
        wall, boot = struct.unpack_from("=qq", self._lies)
        return wall, boot

    def _add(self, wall_s: float, boot_s: float) -> None:
        wall, boot = self._ahead_ns()
        struct.pack_into("=qq", self._lies, 0, wall + int(wall_s * NS), boot + int(boot_s * NS))


def environment(folder: Path, file: Path) -> dict[str, str]:
    """Return what makes a process one of this machine. Raises `NoCompiler`."""
    return {"LD_PRELOAD": str(shim(folder)), FILE: str(file)}


@dataclass
class MovedRelay:
    """A relay in a process of its own on such a machine. May be stopped, killed, and started again.

    `fault` is `module:function`, and perhaps an argument: what is done to it before it starts.
    """

    data: Path
    clock: Machine
    environment: Mapping[str, str]
    settings: Mapping[str, object] = field(default_factory=dict)
    fault: str = ""
    port: int = 0
    process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def whole_environment(self) -> dict[str, str]:
        """Return the environment of a process on its machine."""
        return os.environ | self.environment

    def start(self) -> "MovedRelay":
        flags = {"listen": f"127.0.0.1:{self.port}", "data": str(self.data), **GENEROUS, **self.settings}
        with self.data.with_suffix(".log").open("a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "torture.machine", json.dumps(flags), self.fault],
                cwd=TOP,
                env=self.whole_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.port = int(self._says().rpartition(":")[2])
        return self

    def lives(self, seconds: float) -> int:
        """Let so much time pass, beat by beat; return the counted second that it is then."""
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return int(self._says())

    def stop(self) -> None:
        """End it as an operator would."""
        if self.process is not None:
            self.process.terminate()
            self._end()

    def kill(self) -> None:
        """End it as a power cut would, but for the disk."""
        if self.process is not None:
            self.process.kill()
            self._end()

    def reboots(self, off_s: float) -> None:
        """While it is off, let its machine be off as well: elapsed time begins anew."""
        self.clock.boots_again(off_s)
        path = self.data / "beacon" / "clock"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"boot_id": "a boot that is over"}))

    def put_back(self, backup: Path) -> None:
        """Put an older copy of the database in its place, while it is off."""
        for name in ("relay.db", "relay.db-wal", "relay.db-shm"):
            (self.data / name).unlink(missing_ok=True)
        shutil.copy(backup, self.data / "relay.db")

    def ask(self, method: str, path: str, token: Token | None = None, body: bytes | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Authorization": token.header()} if token else {})
            response = connection.getresponse()
            return Answer(response.status, response.read(), {k.lower(): v for k, v in response.getheaders()})
        finally:
            connection.close()

    def _says(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"the relay ended: {self.data.with_suffix('.log').read_text()[-2000:]}")
        return line

    def _end(self) -> None:
        assert self.process is not None
        self.process.communicate(timeout=STOP_S)
        self.process = None


# --- in the relay's own process


class Told(app.Relay):
    """A relay that lives on by itself, second by second, and besides as far as it is told to."""

    async def start(self) -> None:
        await super().start()
        for each in self._rounds[1:]:  # two vigils at once would get into each other's way
            each.cancel()
        self._rounds += [asyncio.create_task(self._live())]

    async def _live(self) -> None:
        lines = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        machine = Machine(Path(os.environ[FILE]))
        told = asyncio.create_task(lines.readline())
        while True:
            await asyncio.wait([told], timeout=0.2)
            try:
                if told.done() and told.result():
                    await self._pass(machine, float(told.result()))
                    print(self.counter.now(), flush=True)
                    told = asyncio.create_task(lines.readline())
                else:
                    await self.counter.tick()
                    await self._look()
            except Exception as error:
                log.fault(error)

    async def _pass(self, machine: Machine, seconds: float) -> None:
        since_s = 0.0
        while seconds > 0:
            step_s = min(seconds, BEAT_MAX_S)
            machine.pass_(step_s)
            self.counter.now()
            seconds, since_s = seconds - step_s, since_s + step_s
            if since_s >= LOOK_S:
                since_s = 0.0
                await self._look()
        await self._look()
        await self.counter.tick()
        await self.sweep.once()

    async def _look(self) -> None:
        await self.vigil.once()
        while self.vigil._tasks:
            await asyncio.gather(*self.vigil._tasks)


def serve(flags: str, fault: str) -> int:
    """Run the relay of a `MovedRelay`."""
    if fault:
        module, name, *arguments = fault.split(":")
        getattr(import_module(module), name)(*arguments)
    app.Relay = Told  # type: ignore[misc]
    return app.serve(load(json.loads(flags), environment={}), told=lambda address: print(address, flush=True))


def by_the_wall() -> None:
    """A known fault: the relay counts what its wall clock shows."""

    def now(counter: Counter) -> int:
        wall_s = counter._clock.wall_s()
        counter.count = replace(counter.count, counted=wall_s, floor=0, last=counter._beat())
        return int(wall_s)

    Counter.now = now  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    sys.exit(serve(*sys.argv[1:3]))
