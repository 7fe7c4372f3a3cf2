"""The lines between which a crash is dangerous, by name, so that a test can kill the client at each.

`reach` does nothing unless the environment names this line; then the process ends as by a power cut for it:
no cleanup, no flush, no exception. Whoever can set our environment can end us anyway.
"""

import os

LABELS = (
    "home: key written",
    "home: vault made",
    "bell: saved before offered",
    "bell: offered",
    "bell: spent before checked",
    "bell: confirmed",
    "bell: bond saved",
    "paper: bond saved",
    "send: body saved",
    "send: sealed and saved",
    "send: blob begun",
    "send: blob half sent",
    "send: blob sent",
    "send: deposited",
    "send: done saved",
    "receive: fetched",
    "receive: blob half fetched",
    "receive: blob fetched",
    "receive: blob kept",
    "receive: saved",
    "receive: acknowledged",
    "letter: file written",
    "letter: file kept",
    "letter: saved",
    "letter: opened",
    "listen: told",
)
WATCH_LABELS = (
    "watch: saved",
    "watch: terms saved",
    "watch: terms taken",
    "watch: armed",
    "last: row saved",
    "last: parcel given",
    "watch: looked",
    "watch: answer saved",
    "watch: answered",
    "watch: share released",
    "watch: parcel kept",
)

VARIABLE = "TWINBELL_FAILPOINT"


def reach(label: str) -> None:
    """Die here if this is the line that the test has chosen."""
    if os.environ.get(VARIABLE) == label:
        os.kill(os.getpid(), 9)
