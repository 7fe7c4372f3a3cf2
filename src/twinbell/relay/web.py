"""The web app, served: its files in memory, and what a browser is told with each of them.

The files are those that `app.json` names (`wire/web.py`), each compared with its hash when the relay starts,
so a damaged or half-copied build is refused there and not shown to anybody. Nothing outside of that list can
be reached. No cookies, no redirects, nothing from another origin: `docs/spec/web.md` has every header.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from twinbell.errors import Damaged
from twinbell.relay import log
from twinbell.relay.webroot import NONE, find_root
from twinbell.wire.web import ASSETS, INDEX, LIST, PAGES, SIGNATURE, AppList, policy

# A lens and a microphone when a person asks for them, and what a ring needs; no place, no motion, no screen,
# no other device (test A3). Only names that browsers know: they complain of others to the person's console.
ALLOWED = ("autoplay", "camera", "clipboard-write", "microphone", "screen-wake-lock")
FORBIDDEN = (
    "accelerometer", "browsing-topics", "clipboard-read",
    "compute-pressure", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation",
    "gyroscope", "hid", "identity-credentials-get", "idle-detection", "keyboard-map", "local-fonts",
    "magnetometer", "midi", "otp-credentials", "payment", "picture-in-picture",
    "publickey-credentials-create", "publickey-credentials-get", "serial", "storage-access", "sync-xhr",
    "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip
IMMUTABLE = "public, max-age=31536000, immutable"  # the name holds a hash of the content
FRESH = "no-cache"  # kept, and asked about each time
HSTS_S = 31_536_000

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".txt": "text/plain; charset=utf-8",
    ".sig": "text/plain; charset=utf-8",
}
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))  # the shortest first
_NEVER = re.compile(r"q *= *0(\.0*)?")

_NO_APP = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>A Twinbell relay</title>
<h1>A Twinbell relay</h1>
<p>It keeps what one person leaves for another until it is fetched, and cannot read it.</p>
<p>The web app is not served here. The program works with this relay as it is.</p>
</html>
"""


def page_headers(connect: Sequence[str] = (), *, secure: bool = False) -> dict[str, str]:
    """Return what goes with every file; `connect` are other relays that the app may speak to."""
    permissions = [f"{name}=(self)" for name in ALLOWED] + [f"{name}=()" for name in FORBIDDEN]
    headers = {
        "Content-Security-Policy": policy(connect),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(sorted(permissions)),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if secure:
        headers["Strict-Transport-Security"] = f"max-age={HSTS_S}"
    return headers


@dataclass(frozen=True, slots=True)
class _Served:
    """One file as it goes out: by encoding its bytes, and its own headers."""

    bodies: Mapping[str, bytes]
    tag: str
    headers: Mapping[str, str]


class Web:
    """The app of one folder, or the page that says there is none."""

    def __init__(self, root: Path | None, *, connect: Sequence[str] = (), secure: bool = False) -> None:
        self._headers = page_headers(connect, secure=secure)
        self.version = ""
        self._served: dict[str, _Served] = {}
        if root is None:
            self._add("/", INDEX, _NO_APP.encode())
            return
        data = _read(root, LIST)
        app = AppList.parse(data)
        self.version = app.version
        for file in app.files.values():
            body = _read(root, file.path)
            file.check(body)
            self._add(file.url, file.path, body, root)
        self._served |= dict.fromkeys(PAGES, self._served["/"])
        self._add("/" + LIST, LIST, data, root)
        if (root / SIGNATURE).is_file():
            self._add("/" + SIGNATURE, SIGNATURE, _read(root, SIGNATURE))

    @classmethod
    def open(cls, setting: str, *, connect: Sequence[str] = (), secure: bool = False) -> "Web":
        """Return the app that was set or came along; say so if there is none.

        A folder that was set must be right. One that came along and is damaged is left out with a warning:
        envelopes are worth more than pages.
        """
        root = find_root(setting)
        try:
            app = cls(root, connect=connect, secure=secure)
        except Damaged as error:
            if setting:
                raise
            log.warn(f"The web app that came along is not served. {error}")
            return cls(None, connect=connect, secure=secure)
        if root is None and setting != NONE:
            log.say("No web app came along, so none is served. The program works with this relay as it is.")
        return app

    def routes(self) -> list[web.RouteDef]:
        """Return a route for each file; aiohttp answers HEAD from them."""
        return [web.get(path, self._answer) for path in self._served]

    def _add(self, url: str, path: str, body: bytes, root: Path | None = None) -> None:
        bodies = {"identity": body}
        if root is not None:
            for name, ending in _ENCODINGS:
                packed = root / (path + ending)
                if packed.is_file():
                    bodies[name] = packed.read_bytes()
        headers = {
            **self._headers,
            "Content-Type": _TYPES.get(Path(path).suffix, "application/octet-stream"),
            "Cache-Control": IMMUTABLE if path.startswith(ASSETS) else FRESH,
            "Vary": "Accept-Encoding",
        }
        self._served[url] = _Served(bodies, hashlib.sha256(body).hexdigest()[:32], headers)

    async def _answer(self, request: web.Request) -> web.Response:
        served = self._served[request.path]
        encoding = _encoding(request.headers.get("Accept-Encoding", ""), served.bodies)
        tag = f'"{served.tag}-{encoding}"'
        headers = {**served.headers, "ETag": tag}
        if tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        return web.Response(body=served.bodies[encoding], headers=headers)


def _encoding(accepted: str, bodies: Mapping[str, bytes]) -> str:
    """Return the best encoding that was asked for and is there (RFC 9110 §12.5.3)."""
    wanted = set()
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        if not _NEVER.fullmatch(quality.strip()):
            wanted.add(name.strip())
    return next((name for name, _ in _ENCODINGS if name in wanted and name in bodies), "identity")


def _read(root: Path, path: str) -> bytes:
    try:
        return (root / path).read_bytes()
    except OSError:
        raise Damaged(f"{path} of the web app is missing from {root}.") from None
