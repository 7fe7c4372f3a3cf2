"""The command line: the first word decides which module is imported, and errors become words here.

Each noun has a module of its own that offers `register(subparsers)`. Registering is cheap; whatever a
command needs it imports when it runs, so that `twinbell ring` does not pay for what only `relay` uses.

Only this file turns an error into text and an exit code. Data goes to standard output, everything else
(questions, progress, errors) to standard error, so a pipe carries nothing but data.
"""

import gc
import os
import sys

from twinbell import __version__
from twinbell.errors import Mistaken, NotFound, Refused, TwinbellError

# The order is the order of the help page: what a pair does first comes first.
NOUNS = (
    "bell", "bond", "ring", "room", "listen", "letter", "watch", "rehearse", "alive", "guardian", "kit",
    "beacon", "doctor", "relay", "verify-web", "age",
)  # fmt: skip

INTERRUPTED = 130  # what a shell says of a program that Ctrl-C ended
GC_THRESHOLD = 100_000
DEBUG_VARIABLE = "TWINBELL_DEBUG"
_FILE_FAULTS: dict[type, tuple[type[TwinbellError], str]] = {
    FileNotFoundError: (NotFound, "There is no {}."),
    PermissionError: (Refused, "You may not use {}."),
    IsADirectoryError: (Mistaken, "{} is a folder, and a file is needed."),
    NotADirectoryError: (Mistaken, "{} lies in something that is no folder."),
    FileExistsError: (Refused, "{} exists already."),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code: see `docs/guide/commands.md` for the list."""
    words = sys.argv[1:] if argv is None else argv
    if words == ["--version"]:  # the one answer that is worth giving before argparse is imported
        print(f"twinbell {__version__}")
        return 0
    # Loading modules makes objects that stay; to look through them for garbage costs a tenth of a ring.
    gc.set_threshold(GC_THRESHOLD)
    try:
        return _run(words)
    except KeyboardInterrupt:
        if sys.stderr.isatty():  # leave no half line, be it of a question or of `^C`
            print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _close_stdout()
        return 0
    except TwinbellError as error:
        _tell(error, as_json="--json" in words)
        return error.exit_code
    except Exception as fault:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        told = _in_words(fault)
        _tell(told, as_json="--json" in words)
        return told.exit_code


def _in_words(fault: Exception) -> TwinbellError:
    """Return what a person can use of a fault that nobody foresaw."""
    if isinstance(fault, OSError) and fault.filename is not None:
        kind, says = _FILE_FAULTS.get(type(fault), (TwinbellError, f"{{}}: {fault.strerror}."))
        return kind(says.format(fault.filename))
    hint = f"Nothing that was saved is lost. {DEBUG_VARIABLE}=1 shows where it happened."
    return TwinbellError(f"{TwinbellError()} ({type(fault).__name__}: {fault})", hint=hint)


def _run(words: list[str]) -> int:
    from twinbell.cli.command import parser_for

    args, unknown = parser_for(words).parse_known_args(words)
    if unknown:
        args.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    code: int | None = args.run(args)
    sys.stdout.flush()
    return code or 0


def _tell(error: TwinbellError, *, as_json: bool) -> None:
    from twinbell.cli import ui

    ui.error(error, as_json=as_json)


def _close_stdout() -> None:
    """Whoever read our output has left: say nothing more, not even when the interpreter flushes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
