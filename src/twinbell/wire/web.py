"""The web app as a build leaves it: `app.json`, the list of its files, by which it can be checked.

A relay serves what is on the list and nothing else, the service worker of the app takes nothing else, and
`twinbell verify-web` compares the list of one program with what another relay serves. A signature over the
list, made with ssh-keygen, says whose build it is.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twinbell.errors import Damaged
from twinbell.wire.limits import WEB_FILE_BYTES_MAX, WEB_FILES_MAX, WEB_LIST_BYTES_MAX

LIST = "app.json"
SIGNATURE = "app.json.sig"
NAMESPACE = "app@twinbell"  # of the signature, so that it is good for nothing else
INDEX = "index.html"
ASSETS = "assets/"  # files whose name holds a hash of what is in them
PAGES = ("/", "/bell")  # where the index is: a bell's link leads to the second

# First words of a path that are the relay's own; a chain's hash is one too.
RESERVED = {
    "v1",
    "v2",
    "ws",
    "info",
    "health",
    "healthz",
    "public",
    "chains",
    "metrics",
    "bell",
    LIST,
    SIGNATURE,
}

# What a page of ours may do. `self` covers the WebSocket, in every browser that the app runs on.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "media-src": "'self' blob:",
    "font-src": "'none'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "svelte-trusted-html twinbell",
}
_PATH = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class File:
    """One file of the app: its path, and SHA-256 and length of what is in it."""

    path: str
    sha256: str
    length: int

    @property
    def url(self) -> str:
        """Where a relay serves it."""
        return "/" if self.path == INDEX else "/" + self.path

    def check(self, data: bytes) -> None:
        """Return if `data` is this file; raise `Damaged` if it is not."""
        if len(data) != self.length or hashlib.sha256(data).hexdigest() != self.sha256:
            raise Damaged(f"{self.path} is not the file that {LIST} names.")


@dataclass(frozen=True, slots=True)
class AppList:
    """The files of one build, in ascending order of their paths; `version` is that of Twinbell."""

    version: str
    files: Mapping[str, File]

    @classmethod
    def parse(cls, data: bytes) -> "AppList":
        """Return the list in `data`; raise `Damaged` for anything else."""
        if len(data) > WEB_LIST_BYTES_MAX:
            raise Damaged(f"{LIST} has {WEB_LIST_BYTES_MAX} bytes at most.")
        try:
            record = json.loads(data)
            version, files = record["version"], [_file(each) for each in record["files"]]
            known = record["v"] == 1 and record["type"] == "app" and isinstance(version, str)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Damaged(f"This is not an {LIST}.") from None
        paths = [file.path for file in files]
        if not known or len(files) > WEB_FILES_MAX or paths != sorted(set(paths)) or INDEX not in paths:
            raise Damaged(f"This is not an {LIST} of version 1.")
        return cls(version, {file.path: file for file in files})


def policy(connect: Sequence[str] = ()) -> str:
    """Return the Content-Security-Policy of every file; `connect` are further relays that a page may use."""
    more = "".join(f" {origin} {'ws' + origin.removeprefix('http')}" for origin in connect)
    values = POLICY | {"connect-src": POLICY["connect-src"] + more}
    return "; ".join(f"{name} {value}" for name, value in values.items())


def connects(text: str) -> tuple[str, ...] | None:
    """Return what a page with this policy may connect to beside its relay; None if it is not our policy."""
    parts = dict(part.strip().partition(" ")[::2] for part in text.split(";"))
    first, *others = parts.get("connect-src", "").split()[:64] or [""]
    if first != "'self'" or parts | {"connect-src": first} != POLICY:
        return None
    return tuple(others)


def _file(record: Mapping[str, object]) -> File:
    path, sha256, length = record["path"], record["sha256"], record["bytes"]
    if not isinstance(path, str) or not isinstance(sha256, str) or type(length) is not int:
        raise Damaged(f"{LIST} names a file with a path, a hash and a length.")
    first = path.partition("/")[0]
    if not _PATH.fullmatch(path) or len(path) > 200 or first in RESERVED or _HASH.fullmatch(first):
        raise Damaged(f"{LIST} names a path that a relay has no room for.")
    if not _HASH.fullmatch(sha256) or not 0 < length <= WEB_FILE_BYTES_MAX:
        raise Damaged(f"{LIST} names a file that is too long or has no hash.")
    return File(path, sha256, length)
