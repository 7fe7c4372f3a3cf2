"""A second pair of hands for large files: one thread that reads and writes while its caller computes.

It is what `age/source.py` calls a Helper. Not a thread pool: importing one costs more than it would save.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Self


class Task:
    """One thing to do; see `Pending` in `age/source.py`."""

    __slots__ = ("_done", "_error", "_result", "_work")

    def __init__(self, work: Callable[[], int]) -> None:
        self._work = work
        self._done = threading.Lock()  # held until it is done
        self._done.acquire()
        self._result = 0
        self._error: BaseException | None = None

    def run(self) -> None:
        """Do it, in the worker's thread."""
        try:
            self._result = self._work()
        except BaseException as error:  # it is raised again where the result is asked for
            self._error = error
        self._done.release()

    def result(self) -> int:
        """Wait until it is done, and return what it returned or raise what it raised."""
        with self._done:
            if self._error:
                raise self._error
            return self._result

    def cancel(self) -> bool:
        """Say that it will be done in any case: wait for `result`."""
        return False


class Worker:
    """One thread, for as long as the `with` lasts; leaving waits until all that was submitted is done."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="twinbell-worker", daemon=True)

    def submit(self, work: Callable[[], int], /) -> Task:
        """Take `work`, to be done after what was taken before."""
        task = Task(work)
        self._tasks.put(task)
        return task

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tasks.put(None)
        self._thread.join()

    def _run(self) -> None:
        while task := self._tasks.get():
            task.run()
