"""A home that is open: its folder, its vault, its clock, and the relays that it speaks to.

What is done with it is in the modules beside this one; `pendant` puts them together for an app.
"""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from twinbell.client import folder, key
from twinbell.client.failpoint import reach
from twinbell.client.vault import Vault
from twinbell.clock import Clock, SystemClock

if TYPE_CHECKING:  # imported when a relay is asked: opening a letter asks none
    from twinbell.client.relay import Relay
    from twinbell.client.watchrelay import WatchRelay

CA_SETTING = "ca"  # a certificate to trust beside those of the system


class Home:
    """An open home. A context manager; closes its vault and hangs up."""

    def __init__(self, path: Path, vault: Vault, clock: Clock) -> None:
        self.path = path
        self.vault = vault
        self.clock = clock
        self.progress: Callable[[int, int], None] = _unseen  # told how far a large file is, of how many bytes
        self.at_end: Callable[[Home], None] = _nothing  # done last, where all that was to be done went well
        self._relays: dict[str, Relay] = {}
        self._watch_relays: dict[str, WatchRelay] = {}

    @classmethod
    def open(cls, path: Path, ask: key.AskPassphrase, *, clock: Clock | None = None) -> "Home":
        """Open the home at `path`; `ask` is called with a question if its key has a passphrase.

        Raises `NotFound`, `VaultLocked`, `Refused` if others could look into it, `Damaged`.
        """
        folder.check(path)
        return cls(path, Vault(path / "vault.db", key.find(path, ask)), clock or SystemClock())

    @classmethod
    def make(
        cls,
        path: Path,
        choose: Callable[[], str | None],
        ask: key.AskPassphrase,
        *,
        clock: Clock | None = None,
    ) -> "Home":
        """Open the home at `path`, or make it; `choose` gives a new home's passphrase, None for none."""
        if not folder.exists(path):
            folder.make_folder(path)
            with folder.lock(path):
                if not folder.exists(path):  # another command may have been faster
                    made = key.make(path, choose)
                    reach("home: key written")
                    Vault(path / "vault.db", made, create=True).close()
        return cls.open(path, ask, clock=clock)

    def __enter__(self) -> "Home":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.at_end(self)
        finally:
            self.close()

    def close(self) -> None:
        """Close the vault and hang up."""
        for relay in self._relays.values():
            relay.close()
        for watching in self._watch_relays.values():
            watching.close()
        self.vault.close()

    @property
    def now_s(self) -> int:
        """The time by the wall clock, in whole seconds."""
        return int(self.clock.wall_s())

    @property
    def letters(self) -> Path:
        """The folder of the letters."""
        return self.path / "letters"

    @property
    def ca(self) -> str | None:
        """A file with a certificate to trust, if this home has one of its own."""
        return self.vault.remembered(CA_SETTING)

    def relay(self, url: str) -> "Relay":
        """Return the relay at `url`; one connection is kept for each."""
        from twinbell.client.relay import Relay
        from twinbell.client.transport import Transport

        if url not in self._relays:
            self._relays[url] = Relay(Transport(url, ca=self.ca))
        return self._relays[url]

    def watch_relay(self, url: str) -> "WatchRelay":
        """Return the relay at `url` as one that keeps watches; one connection is kept for each."""
        from twinbell.client.transport import Transport
        from twinbell.client.watchrelay import WatchRelay

        if url not in self._watch_relays:
            self._watch_relays[url] = WatchRelay(Transport(url, ca=self.ca))
        return self._watch_relays[url]


def _nothing(home: Home) -> None:
    """Nothing is left to be done."""


def _unseen(done: int, total: int) -> None:
    """Progress that nobody looks at."""
