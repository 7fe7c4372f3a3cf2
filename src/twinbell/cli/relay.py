"""`twinbell relay`: run a relay, and look after its clock and its beacon."""

import argparse
from pathlib import Path
from typing import Any

from twinbell.cli import relay_beacon
from twinbell.cli.command import Subparsers, command, noun


def register(subparsers: Subparsers) -> None:
    verbs = noun(subparsers, "relay", "Run a relay: the blind server between two pendants.")
    serve = command(
        verbs,
        "serve",
        "Serve until stopped; prints one line with the address.",
        example="twinbell relay serve --listen 127.0.0.1:8140 --data ./relay",
        about="Every option is also a variable (TWINBELL_RELAY_DATA) and a name in a TOML file (data).",
        run=run,
        home=False,
    )
    _add_settings(serve)
    relay_beacon.register(verbs)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    from dataclasses import fields

    from twinbell.relay.settings import DEFAULTS, Settings

    parser.add_argument("--config", metavar="FILE", help="TOML file with settings (or TWINBELL_RELAY_CONFIG)")
    for entry in fields(Settings):
        flag, default = "--" + entry.name.replace("_", "-"), DEFAULTS[entry.name]
        shown = ", ".join(default) if isinstance(default, tuple) else default
        help_ = entry.metadata["help"] + (f" ({shown})" if shown not in (None, "") else "")
        if default is False:
            parser.add_argument(flag, action="store_const", const=True, help=entry.metadata["help"])
        elif isinstance(default, tuple):
            parser.add_argument(flag, action="append", metavar=_METAVARS.get(entry.name, "URL"), help=help_)
        else:
            parser.add_argument(flag, metavar=_METAVARS.get(entry.name, "N"), help=help_)


_METAVARS = {
    "listen": "HOST:PORT",
    "data": "DIR",
    "web": "DIR",
    "public_url": "URL",
    "beacon_period": "SECONDS",
    "push_services": "NAME",
    "push_contact": "ADDRESS",
    "tls_cert": "FILE",
    "tls_key": "FILE",
}


def run(args: argparse.Namespace) -> int:
    from dataclasses import fields

    from twinbell.relay.settings import Settings, load

    flags: dict[str, Any] = {entry.name: getattr(args, entry.name) for entry in fields(Settings)}
    settings = load(flags, file=Path(args.config) if args.config else None)
    from twinbell.relay.app import serve

    def told(address: str) -> None:
        if args.json:
            import json

            print(json.dumps({"relay": address}), flush=True)
        else:
            print(f"Twinbell relay at {address}", flush=True)

    return serve(settings, told=told)
