"""What an operator may set, and from where: a flag, the environment, a TOML file, in that order.

Each setting is one field here. Its flag is `--` and the name with hyphens; its variable is TWINBELL_RELAY_
and the name in capitals; in the file it is the name. `docs/spec/relay.md` lists them.
"""

# ruff: noqa: RUF009  (a field with its help is no shared default)

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twinbell.errors import Mistaken
from twinbell.wire.push import SERVICES, Services

VARIABLE_PREFIX = "TWINBELL_RELAY_"
_MIB = 1024 * 1024


def _setting(default: Any, help_: str) -> Any:
    return field(default=default, metadata={"help": help_})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a relay needs to know before it starts."""

    listen: str = _setting("127.0.0.1:8140", "HOST:PORT to serve on; port 0 takes a free one")
    data: Path = _setting(
        Path("~/.local/share/twinbell-relay"),
        "the folder that everything is kept in; made if it is not there",
    )
    public_url: str = _setting("", "the address that clients know this relay by, if it is behind a proxy")
    beacon_period: int | None = _setting(
        None, "seconds between two rounds of the beacon; fixed at the first start"
    )
    witness: tuple[str, ...] = _setting((), "URL[#chainhash] of a chain to check the clock by; repeatable")
    tls_cert: Path | None = _setting(None, "certificate chain, PEM; with --tls-key the relay ends TLS itself")
    tls_key: Path | None = _setting(None, "the certificate's key, PEM")
    web: str = _setting("", "the folder of the built web app, or `none`; else the one that came along")
    origins: tuple[str, ...] = _setting((), "origin of a web app elsewhere that may connect; repeatable")
    connect: tuple[str, ...] = _setting((), "another relay that the web app may connect to; repeatable")
    no_push: bool = _setting(False, "never wake a phone through a push service")
    push_services: tuple[str, ...] = _setting(
        SERVICES, "name of a push service that may be asked to wake a phone, or *. and a name; repeatable"
    )
    push_contact: str = _setting(
        "", "mailto: or https: address that push services may write to; else the public one"
    )
    remind: tuple[str, ...] = _setting(
        (), "scheme of an Apprise address by which people may have themselves reminded; repeatable"
    )
    remind_private: bool = _setting(False, "let reminders connect to addresses of your own network")
    behind_proxy: bool = _setting(
        False, "take a caller's address from X-Forwarded-For, set by your own proxy"
    )
    peer_envelopes: int = _setting(20_000, "envelopes that the other person may have waiting in a mailbox")
    peer_blob_mib: int = _setting(4096, "MiB of blobs likewise")
    self_envelopes: int = _setting(2_000, "envelopes that a person's own devices may have waiting")
    self_blob_mib: int = _setting(256, "MiB of blobs likewise")
    reserve_mib: int = _setting(
        64, "MiB of disk kept free; below it deposits are refused, collecting goes on"
    )
    deposits_per_minute: int = _setting(3_000, "envelopes a minute from one token, after a burst of as many")
    requests_per_minute: int = _setting(6_000, "requests a minute from one address, after a burst of as many")
    strangers_per_minute: int = _setting(
        60,
        "new mailboxes and watches, rooms, bells and wrong tokens a minute from one address, after a burst of"
        " five times that",
    )
    sockets_per_address: int = _setting(256, "connections that one address may have open")
    sockets: int = _setting(15_000, "connections in all")

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def reserve_bytes(self) -> int:
        return self.reserve_mib * _MIB

    @property
    def contact(self) -> str:
        """Whom a push service may write to about this relay."""
        host = urlsplit(self.public_url).hostname or ""
        named = self.public_url.startswith("https://") and "." in host
        return self.push_contact or (f"https://{host}" if named else "mailto:nobody@localhost")

    def blob_bytes(self, deposit: int) -> int:
        return (self.peer_blob_mib, self.self_blob_mib)[deposit] * _MIB


def load(
    flags: Mapping[str, Any], *, environment: Mapping[str, str] = os.environ, file: Path | None = None
) -> Settings:
    """Return the settings; raise `Mistaken` for a name or a value that makes no sense.

    `flags` holds what was given on the command line; None is "not given".
    """
    path = file or (
        Path(environment[VARIABLE_PREFIX + "CONFIG"]) if VARIABLE_PREFIX + "CONFIG" in environment else None
    )
    values: dict[str, Any] = {}
    if path is not None:
        values |= _from_file(path)
    for entry in fields(Settings):
        text = environment.get(VARIABLE_PREFIX + entry.name.upper())
        if text is not None:
            values[entry.name] = text.split() if entry.name in _MANY else text
    values |= {name: value for name, value in flags.items() if value not in (None, [])}
    return _checked(values)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Mistaken(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise Mistaken(f"{path} is not TOML.") from None
    return {name.replace("-", "_"): value for name, value in values.items()}


_MANY = ("witness", "origins", "connect", "push_services", "remind")
_PATHS = ("data", "tls_cert", "tls_key")
# As browsers write one. Over http only of this machine: any other page could be changed on its way.
_HOST = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?"
_ORIGIN = re.compile(
    rf"(https://{_HOST}|http://(localhost|127\.0\.0\.1|\[::1\]))(:[1-9][0-9]{{0,4}})?", re.ASCII
)
_CONTACT = re.compile(rf"mailto:[\x21-\x3f\x41-\x7e]+@{_HOST}|https://{_HOST}", re.ASCII)
_SCHEME = re.compile(r"[a-z][a-z0-9]*", re.ASCII)
_FLAG_WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
DEFAULTS: dict[str, Any] = {
    entry.name: entry.default for entry in fields(Settings) if entry.default is not MISSING
}


def _checked(values: Mapping[str, Any]) -> Settings:
    unknown = values.keys() - DEFAULTS.keys()
    if unknown:
        raise Mistaken(f"A relay has no setting called {min(unknown)}.")
    ready: dict[str, Any] = {}
    for name, value in values.items():
        ready[name] = _value(name, value)
    settings = Settings(**(DEFAULTS | ready))
    host, _, port = settings.listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise Mistaken("--listen takes HOST:PORT.")
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise Mistaken("--tls-cert and --tls-key go together.")
    for origin in (*settings.origins, *settings.connect):
        if not _ORIGIN.fullmatch(origin):
            raise Mistaken(f"{origin} is no origin: https://, a name in lower case, perhaps a port.")
    Services(settings.push_services)
    for scheme in settings.remind:
        if not _SCHEME.fullmatch(scheme):
            raise Mistaken(f"{scheme} is no scheme of an Apprise address, such as mailtos.")
    if settings.push_contact and not _CONTACT.fullmatch(settings.push_contact):
        raise Mistaken("--push-contact takes mailto:you@your.example or https://your.example.")
    return settings


def _value(name: str, value: Any) -> Any:
    if name in _MANY:
        return tuple(str(item) for item in ([value] if isinstance(value, str) else value))
    if name in _PATHS:
        return Path(value).expanduser()
    if isinstance(DEFAULTS[name], bool):
        word = _FLAG_WORDS.get(str(value).lower())
        if word is None:
            raise Mistaken(f"{name} is true or false.")
        return word
    if isinstance(DEFAULTS[name], int) or name == "beacon_period":
        try:
            number = int(value)
        except (ValueError, TypeError):
            raise Mistaken(f"{name} is a whole number.") from None
        if number < 0 or (name != "reserve_mib" and number == 0):
            raise Mistaken(f"{name} must be {0 if name == 'reserve_mib' else 1} at least.")
        return number
    return str(value)
