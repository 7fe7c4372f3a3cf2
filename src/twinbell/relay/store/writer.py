"""Group commit: one thread writes, many changes share one fsync.

Theory of operation. The loop collects the changes of one turn and hands them over at its end. The thread
takes at most 256, commits them in one transaction and gives them back to the loop, which answers. While it
sits in fsync the next group gathers, so groups grow with the load and a lone change waits for nobody.
More than 256 rows a group cost more a row (pages spill from the cache) and make the wait longer.

Nothing is answered before the commit. If the disk is full, envelopes of the group are refused but what
was collected is still deleted. After an I/O error nothing is written any more: a failed fsync has lost
pages that a second one would call safe.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeAlias

from twinbell.relay.store import Broken, Drop, Full, Job, Keep, Store

GROUP_MAX = 256
CHECKPOINT_S = 0.5  # when the disk is nearly full, the log is emptied at most this often

Change: TypeAlias = "Keep | Drop | Job"


class Writer:
    """The thread, and the two ways to it: `put` for the hot path, `run` for everything else."""

    def __init__(
        self,
        store: Store,
        *,
        folder: Path,
        reserve_bytes: int,
        on_done: Callable[[list[Change]], None],
        early: bool = False,
    ) -> None:
        self._store = store
        self._folder = folder
        self._reserve_bytes = reserve_bytes
        self._on_done = on_done
        self.on_group: Callable[[], None] = lambda: None  # before a turn's changes go: others may join them
        self._early = early  # known-bad: answers before the commit; only the torture harness sets it
        self._loop = asyncio.get_running_loop()
        self.turn: list[Change] = []  # what was put in this turn of the loop
        self._queue: SimpleQueue[list[Change] | None] = SimpleQueue()
        self._checkpoint_at_s = 0.0
        self.full = False
        self.broken = ""
        self.groups = 0
        self.rows = 0
        self._thread = threading.Thread(target=self._work, name="twinbell-writer", daemon=True)
        self._thread.start()

    def put(self, change: Change) -> None:
        """Commit `change` with others; it comes back through `on_done`."""
        if not self.turn:
            self._loop.call_soon(self._hand_over)
        self.turn.append(change)

    async def run(self, call: Callable[[], Any]) -> Any:
        """Commit one call of the store's change methods and return what it returned."""
        job = Job(call)
        job.caller = self._loop.create_future()
        self.put(job)
        return await job.caller

    async def stop(self) -> None:
        """Commit what was put, then end the thread."""
        self._hand_over()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        await asyncio.sleep(0)  # the last groups are given back by now: let the loop answer them

    def _hand_over(self) -> None:
        if self.turn:
            self.on_group()
            turn, self.turn = self.turn, []
            self._queue.put(turn)

    # --- in the thread

    def _work(self) -> None:
        left: list[Change] = []
        stopping = False
        while left or not stopping:
            if not left:
                turn = self._queue.get()
                if turn is None:
                    stopping = True
                    continue
                left = turn
            while len(left) < GROUP_MAX and not stopping and not self._queue.empty():
                turn = self._queue.get()
                if turn is None:
                    stopping = True
                else:
                    left += turn
            group, left = left[:GROUP_MAX], left[GROUP_MAX:]
            if self._early:
                self._give_back([change for change in group if not isinstance(change, Job)])
                time.sleep(0.02)
                self._commit(group)
                self._give_back([change for change in group if isinstance(change, Job)])
            else:
                self._commit(group)
                self._give_back(group)

    def _commit(self, group: list[Change]) -> None:
        keeps: list[Keep] = []
        drops: list[Drop] = []
        jobs: list[Job] = []
        for change in group:
            if change.__class__ is Keep:
                keeps.append(change)
            elif change.__class__ is Drop:
                drops.append(change)
            elif isinstance(change, Job):
                jobs.append(change)
        self.groups += 1
        self.rows += len(group)
        if self.broken:
            _fail(group, Broken(self.broken))
            return
        if keeps and not self._has_room():
            _fail(keeps, Full())
            keeps = []
        try:
            self._store.commit(keeps, drops, jobs)
        except Full as error:
            self.full = True
            _fail(keeps, error)
            self._commit_rest(drops, jobs)
        except Broken as error:
            self.broken = str(error)
            _fail(group, error)
        except Exception as error:  # whatever it is, nobody is told that it was kept
            _fail(group, error)

    def _commit_rest(self, drops: list[Drop], jobs: list[Job]) -> None:
        """The disk is full: make room in the log, then delete what can be deleted."""
        try:
            self._store.checkpoint()
            self._store.commit([], drops, jobs)
        except Full as error:
            _fail([*drops, *jobs], error)
        except Exception as error:
            self.broken = str(error)
            _fail([*drops, *jobs], error)

    def _has_room(self) -> bool:
        if self._free_bytes() >= self._reserve_bytes:
            self.full = False
            return True
        # What the log holds is given back to the disk before anybody is refused.
        now_s = time.monotonic()
        if now_s >= self._checkpoint_at_s:
            self._checkpoint_at_s = now_s + CHECKPOINT_S
            with contextlib.suppress(Full):
                self._store.checkpoint()
        self.full = self._free_bytes() + self._store.free_bytes() < self._reserve_bytes
        return not self.full

    def _free_bytes(self) -> int:
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    def _give_back(self, group: list[Change]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._on_done, group)
        except RuntimeError:  # the loop is gone: nobody waits for an answer
            return


def _fail(changes: list[Any], error: Exception) -> None:
    for change in changes:
        change.error = error
