"""The tz database: which zones there are, and what time it is in them.

The one that was installed with Twinbell (PyPI `tzdata`) is used, never the machine's own: two machines
compute the same instant for one wish, and a lock can name the version by which it was computed.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from twinbell.errors import Mistaken

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

UTC = "Etc/UTC"
_LOCALTIME = Path("/etc/localtime")


class Zones:
    """One version of the tz database: a folder of compiled zones, as `tzdata` and `zic` lay it out."""

    def __init__(self, folder: Path, version: str, names: frozenset[str]) -> None:
        self._folder = folder
        self.version = version
        self.names = names

    def find(self, name: str) -> str:
        """Return the zone's own spelling of `name`; raise `Mistaken` if there is none (or a path in it)."""
        if name in self.names:
            return name
        alike = [each for each in self.names if each.lower() == name.lower().replace(" ", "_")]
        if len(alike) != 1:
            raise Mistaken(
                f"There is no time zone called {name!r}.",
                hint="Name it as the tz database does, like Europe/Berlin or America/Sao_Paulo.",
            )
        return alike[0]

    @cache  # noqa: B019  # a few zones in a process's life, and one database
    def load(self, name: str) -> "ZoneInfo":
        """Return the rules of the zone `name`."""
        from zoneinfo import ZoneInfo  # late: a ring needs no zone

        with (self._folder / self.find(name)).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)


@cache
def installed() -> Zones:
    """Return the tz database that came with Twinbell."""
    tzdata = import_module("tzdata")  # has neither code nor types, only files
    folder = Path(str(tzdata.__file__)).parent
    names = frozenset((folder / "zones").read_text("utf-8").split())
    return Zones(folder / "zoneinfo", str(tzdata.IANA_VERSION), names)


def here(environ: Mapping[str, str], zones: Zones | None = None) -> str:
    """Return the zone that this machine is set to; UTC where it does not say, or says it in no known name."""
    known = zones or installed()
    named = environ.get("TZ", "").removeprefix(":")
    if not named and _LOCALTIME.is_symlink():
        named = str(_LOCALTIME.readlink()).partition("zoneinfo/")[2]
    return named if named in known.names else UTC
