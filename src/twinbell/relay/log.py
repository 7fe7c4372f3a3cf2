"""What a relay writes down about its life, and all of it.

A line is the hour, a level and a sentence of ours. No addresses, ids, tokens, sizes or minutes: a log that is
stolen or asked for tells nothing about anybody. What a library logs is cut down to the name of its error,
because its sentences hold addresses.
"""

import logging
import sys
import time

_LOGGER = logging.getLogger("twinbell.relay")
QUIET = logging.getLogger("twinbell.relay.quiet")  # for libraries that tell of every connection


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        hour = time.strftime("%Y-%m-%dT%HZ", time.gmtime(record.created))
        if record.name == _LOGGER.name:
            return f"{hour} {record.levelname.lower()}: {record.getMessage()}"
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "a message"
        return f"{hour} {record.levelname.lower()}: {record.name} told of {error}"


def configure() -> None:
    """Send all logging of this process to standard error, in the form above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOGGER.setLevel(logging.INFO)
    QUIET.setLevel(logging.CRITICAL + 1)  # picows makes a child of it for each connection


def say(sentence: str) -> None:
    """Tell the operator something that is as it should be."""
    _LOGGER.info(sentence)


def warn(sentence: str) -> None:
    """Tell the operator something that wants looking at."""
    _LOGGER.warning(sentence)


def fault(error: BaseException) -> None:
    """Tell of an error of ours by its kind and the place in our code, never by its message."""
    place = "somewhere"
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("twinbell."):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    _LOGGER.error("%s at %s", type(error).__name__, place)
