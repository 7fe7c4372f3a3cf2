"""Where a person is reminded before anybody is asked about them: at least two ways, each proven by a test.

The relay takes all of them at once and does not show addresses again, so they are kept here too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from twinbell.client import watch
from twinbell.client.home import Home
from twinbell.client.watch import Own
from twinbell.encoding import Value, decode_map, encode
from twinbell.errors import Conflict, NotFound
from twinbell.wire.fields import Fields
from twinbell.wire.limits import (
    WATCH_CHANNEL_NAME_CHARS_MAX,
    WATCH_CHANNEL_URL_CHARS_MAX,
    WATCH_CHANNELS_BYTES_MAX,
    WATCH_CHANNELS_MAX,
)
from twinbell.wire.watch import AppriseChannel, Channels, Trial


@dataclass(frozen=True, slots=True)
class Reminded:
    """A way to remind a person, and when its service last accepted a test; 0 if it never did."""

    name: str
    url: str = field(repr=False)
    accepted_s: int = 0

    def to_record(self) -> dict[str, Value]:
        return {"name": self.name, "url": self.url, "accepted": self.accepted_s}


def every(home: Home, own: Own) -> list[Reminded]:
    """Return the ways to remind this person, in the order in which they were added."""
    row = home.vault.one("select channels from watch where id = ?", own.id)
    if row is None or row[0] is None:
        return []
    fields = Fields(decode_map(row[0], bytes_max=2 * WATCH_CHANNELS_BYTES_MAX), "channels")
    return [_of(value) for value in fields.items("channels", length_max=WATCH_CHANNELS_MAX)]


def add(home: Home, own: Own, name: str, url: str) -> None:
    """Add an Apprise address; the relay says if it can't use it."""
    known = every(home, own)
    if any(each.name == name for each in known):
        raise Conflict(
            f"There is a channel called {name} already.", hint="Remove it first, or choose another name."
        )
    _put(home, own, [*known, Reminded(name, url)])


def remove(home: Home, own: Own, name: str) -> None:
    """Take a way to remind this person away."""
    known = every(home, own)
    left = [each for each in known if each.name != name]
    if left == known:
        raise _unknown(name)
    _put(home, own, left)


def test(home: Home, own: Own, name: str) -> Trial:
    """Have a reminder sent now, and keep whether its service accepted it."""
    known = every(home, own)
    if all(each.name != name for each in known):
        raise _unknown(name)
    asks = watch.relay(home, own)
    try:
        trial = asks.try_channel(own.id, own.owned.owner, name)
    except NotFound:  # a relay that came back from an older copy
        _put(home, own, known)
        trial = asks.try_channel(own.id, own.owned.owner, name)
    at_s = home.now_s if trial.accepted else 0
    _keep(home, own, [replace(each, accepted_s=at_s) if each.name == name else each for each in known])
    return trial


def _put(home: Home, own: Own, ways: list[Reminded]) -> None:
    channels = Channels(tuple(AppriseChannel(each.name, each.url) for each in ways))
    Channels.parse(channels.to_bytes())  # said here in words, before the relay says it in numbers
    watch.settle(home, own)
    watch.relay(home, own).put_channels(own.id, own.owned.owner, channels)
    _keep(home, own, ways)


def _keep(home: Home, own: Own, ways: Iterable[Reminded]) -> None:
    record = encode({"channels": [each.to_record() for each in ways]})
    home.vault.run("update watch set channels = ? where id = ?", record, own.id)


def _unknown(name: str) -> NotFound:
    return NotFound(f"There is no channel called {name}.", hint="`twinbell watch show` names them.")


def _of(value: Value) -> Reminded:
    fields = Fields(value, "channel")
    return Reminded(
        fields.text("name", length_max=WATCH_CHANNEL_NAME_CHARS_MAX),
        fields.text("url", length_max=WATCH_CHANNEL_URL_CHARS_MAX),
        fields.number("accepted"),
    )
