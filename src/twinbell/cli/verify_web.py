"""`twinbell verify-web`: is the app that a relay serves the one that we know?"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from twinbell.cli.command import Subparsers, command

if TYPE_CHECKING:
    from twinbell.client.web import Served
    from twinbell.crypto.signing import VerifyKey
    from twinbell.wire.web import AppList

ABOUT = """\
Fetches every file and compares it with the build that this program carries, or with --against. With --key it
checks the signature of the build instead. What it finds is true of what this machine was served just now;
the relay could serve somebody else something else. Ends with 0 if it is the same, 6 if not, and 8 if no app
is served there."""


def register(subparsers: Subparsers) -> None:
    """Declare the command."""
    verify = command(
        subparsers,
        "verify-web",
        "Check the web app that a relay serves.",
        about=ABOUT,
        example="twinbell verify-web https://relay.example",
        json="url, version, files, same and signed (null: not asked), broken, differs, connect",
        run=_run,
        home=False,
    )
    verify.add_argument("url", metavar="URL", help="the relay's address")
    verify.add_argument("--against", metavar="FOLDER", help="a build to compare with, as web/dist")
    verify.add_argument("--key", metavar="FILE", help="a public key of OpenSSH, which must have signed it")


def _run(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.client import web
    from twinbell.client.transport import base_url
    from twinbell.errors import Damaged

    url = base_url(args.url)
    key = _key(Path(args.key)) if args.key else None
    trusted = None if key and not args.against else _trusted(args.against)
    served = web.fetch(url)
    differs = served.differs(trusted) if trusted else ()
    signed, why = None, ""
    if key is not None:
        try:
            served.check_signature(key)
            signed = True
        except Damaged as error:
            signed, why = False, str(error)
    good = not served.broken and not differs and signed is not False
    if args.json:
        ui.data(
            {
                "url": url,
                "version": served.app.version,
                "files": len(served.app.files),
                "same": not (served.broken or differs) if trusted else None,
                "signed": signed,
                "broken": list(served.broken),
                "differs": list(differs),
                "connect": list(served.connect),
            }
        )
        return 0 if good else Damaged.exit_code
    for path in served.broken:
        ui.say(f"! {path} is not the file that the relay's own list names, or its policy is another one.")
    for path in differs:
        ui.say(f"! {path} is not as in the build that you trust.")
    if why:
        ui.say(f"! {why}")
    for origin in served.connect:
        ui.say(f"- Its pages may also connect to {ui.plain(origin)}.")
    ui.say(_sentence(served, good=good, signed=signed, compared=trusted is not None))
    return 0 if good else Damaged.exit_code


def _sentence(served: "Served", *, good: bool, signed: bool | None, compared: bool) -> str:
    from twinbell.cli import ui

    if not good:
        return "Until you know why, open nothing there that you want to keep to yourselves."
    parts = [name for name, is_so in (("that key signed", signed), ("you trust", compared)) if is_so]
    return (
        f"Each of the {len(served.app.files)} files that this machine was served just now is that of the"
        f" build {' and '.join(parts)} (version {ui.plain(served.app.version)}); what the relay serves to"
        " somebody else, or later, this can't tell."
    )


def _trusted(folder: str | None) -> "AppList":
    from twinbell.errors import NotFound
    from twinbell.relay.webroot import find_root
    from twinbell.wire.web import LIST, AppList

    root = find_root(folder or "")
    if root is None:
        raise NotFound(
            "This program carries no web app to compare with.",
            hint="--against names a build, --key a public key.",
        )
    return AppList.parse((root / LIST).read_bytes())


def _key(path: Path) -> "VerifyKey":
    from twinbell.crypto.sshsig import parse_public

    return parse_public(path.read_text("ascii", "replace"))
