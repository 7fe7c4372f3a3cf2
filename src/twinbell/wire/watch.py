"""A watch: what guardians, the reader and a stranger with the paper say to the relay that keeps it.

    PUT     terms      `terms.py`    the writer: after how long, with whose word
    POST    life       `life.py`     the writer: I did something with my own hands
    POST    vote       a guardian who was asked: yes, no, or I don't know
    POST    stop       whoever has the paper: 16 bytes, and nothing is opened any more
    PUT     channels   the writer: where to remind her before anybody is asked
    PUT     doorbell   a guardian or the reader: where to ring when the watch wants looking at
    GET                `watchview.py`

Here are paths and bodies. What follows from them is `silence.py`, a function of counted time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from twinbell.crypto.signing import PUBLIC_BYTES, SigningKey
from twinbell.encoding import Value, decode_map, encode
from twinbell.errors import Damaged
from twinbell.wire.fields import VERSION, Fields
from twinbell.wire.limits import (
    ID_BYTES,
    PUSH_BODY_BYTES_MAX,
    TOKEN_BYTES,
    WATCH_CHANNEL_NAME_CHARS_MAX,
    WATCH_CHANNEL_URL_CHARS_MAX,
    WATCH_CHANNELS_BYTES_MAX,
    WATCH_CHANNELS_MAX,
    WATCH_DOORBELL_BYTES_MAX,
    WATCH_VOTE_BYTES_MAX,
)
from twinbell.wire.push import Subscription
from twinbell.wire.signed import Signed, sign
from twinbell.wire.silence import Answer
from twinbell.wire.terms import STOP_BYTES, Terms

LABEL_VOTE = b"twinbell/v1/watch-vote"

BALLOT_BYTES_MAX = 512
DOORBELL_VERSION = b"\x02"  # an envelope begins with 0x01
DOORBELL_BYTES = 4_096  # as long as an envelope

_URL = re.compile(r"[a-z][a-z0-9]*://[\x21-\x7e]+", re.ASCII)


def path(watch: bytes) -> str:
    return f"/v1/watches/{watch.hex()}"


def life_path(watch: bytes) -> str:
    return f"{path(watch)}/life"


def vote_path(watch: bytes) -> str:
    return f"{path(watch)}/vote"


def stop_path(watch: bytes) -> str:
    return f"{path(watch)}/stop"


def parcel_path(watch: bytes, letter: bytes) -> str:
    return f"{path(watch)}/parcels/{letter.hex()}"


def channels_path(watch: bytes) -> str:
    return f"{path(watch)}/channels"


def trial_path(watch: bytes) -> str:
    return f"{channels_path(watch)}/test"


def doorbell_path(watch: bytes) -> str:
    return f"{path(watch)}/doorbell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What a guardian answers who was asked whether they have heard from the person."""

    watch: bytes
    epoch: int
    seat: bytes
    answer: Answer
    n: int

    def to_bytes(self) -> bytes:
        return encode(
            {
                "v": VERSION,
                "type": "watch-vote",
                "watch": self.watch,
                "epoch": self.epoch,
                "seat": self.seat,
                "answer": self.answer.value,
                "n": self.n,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Ballot":
        fields = Fields.of(data, "watch-vote", bytes_max=BALLOT_BYTES_MAX)
        fields.only("watch", "epoch", "seat", "answer", "n")
        answer = fields.text("answer", length_max=8)
        if answer not in {each.value for each in Answer}:
            raise Damaged("A guardian answers yes, no or unknown.")
        return cls(
            watch=fields.data("watch", ID_BYTES),
            epoch=fields.number("epoch"),
            seat=fields.data("seat", PUBLIC_BYTES),
            answer=Answer(answer),
            n=fields.number("n", 1),
        )

    def sign(self, key: SigningKey) -> Signed:
        return sign(key, LABEL_VOTE, self.to_bytes())


def open_vote(signed: Signed, terms: Terms) -> Ballot:
    """Return the answer in `signed` by a guardian of these terms, for their epoch; raise `Damaged` else."""
    ballot = Ballot.parse(signed.record)
    if ballot.watch != terms.watch or ballot.epoch != terms.epoch:
        raise Damaged("This answer is for another watch, or for one before it was armed anew.")
    if ballot.seat not in {guardian.seat for guardian in terms.guardians}:
        raise Damaged("This answer is not by a guardian of this watch.")
    signed.check(LABEL_VOTE, [ballot.seat])
    return ballot


def vote_of(data: bytes) -> Signed:
    """Return the signed answer in the body of a vote."""
    return Signed.parse(data, bytes_max=WATCH_VOTE_BYTES_MAX)


def parse_stop(data: bytes) -> bytes:
    """Return the stop code that is the body of a request; raise `Damaged` for anything else."""
    if len(data) != STOP_BYTES:
        raise Damaged(f"A stop code has {STOP_BYTES} bytes.")
    return data


# --- where the writer is reminded


@dataclass(frozen=True, slots=True)
class PushChannel:
    """A device's browser, woken by its push service."""

    name: str
    subscription: Subscription = field(repr=False)

    def to_value(self) -> dict[str, Value]:
        return {"name": self.name, "kind": "push", "subscription": self.subscription.to_bytes()}


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """Any service that takes a message, by its Apprise address: mail, a messenger, a phone call."""

    name: str
    url: str = field(repr=False)

    def to_value(self) -> dict[str, Value]:
        return {"name": self.name, "kind": "apprise", "url": self.url}


Channel: TypeAlias = PushChannel | AppriseChannel


@dataclass(frozen=True, slots=True)
class Channels:
    """All channels of a watch: set as a whole by its writer."""

    channels: tuple[Channel, ...]

    def to_bytes(self) -> bytes:
        channels: list[Value] = [channel.to_value() for channel in self.channels]
        return encode({"v": VERSION, "type": "watch-channels", "channels": channels})

    @classmethod
    def parse(cls, data: bytes) -> "Channels":
        """Return the channels in `data`; raise `Damaged` for anything else."""
        fields = Fields.of(data, "watch-channels", bytes_max=WATCH_CHANNELS_BYTES_MAX).only("channels")
        channels = tuple(map(_channel, fields.items("channels", length_max=WATCH_CHANNELS_MAX)))
        if len({channel.name for channel in channels}) != len(channels):
            raise Damaged("Each channel has a name of its own.")
        return cls(channels)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a test of one channel: whether its service accepted the message, or why not."""

    accepted: bool
    why: str = ""

    def to_bytes(self) -> bytes:
        return encode({"accepted": self.accepted, "why": self.why})

    @classmethod
    def parse(cls, data: bytes) -> "Trial":
        fields = Fields(decode_map(data, bytes_max=WATCH_DOORBELL_BYTES_MAX), "test").only("accepted", "why")
        return cls(fields.flag("accepted"), fields.text("why", length_max=200))


def trial_to_bytes(name: str) -> bytes:
    return encode({"name": name})


def trial_from_bytes(data: bytes) -> str:
    """Return the name of the channel that is to be tested; raise `Damaged` for anything else."""
    fields = Fields(decode_map(data, bytes_max=WATCH_DOORBELL_BYTES_MAX), "test").only("name")
    return channel_name(fields.text("name", length_max=WATCH_CHANNEL_NAME_CHARS_MAX))


# --- the doorbell


def doorbell(watch: bytes) -> bytes:
    """Return the envelope by which a relay tells that this watch wants looking at, and nothing else."""
    return (DOORBELL_VERSION + watch).ljust(DOORBELL_BYTES, b"\0")


def rung(envelope: bytes, watches: Iterable[bytes]) -> bytes | None:
    """Return which of these watches an envelope is the doorbell of; None if it is none."""
    return next((watch for watch in watches if envelope == doorbell(watch)), None)


@dataclass(frozen=True, slots=True)
class Doorbell:
    """Where a guardian or the reader wants the relay to ring: an inbox of this relay, and the right to."""

    box: bytes
    token: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        return encode({"v": VERSION, "type": "watch-doorbell", "box": self.box, "token": self.token})

    @classmethod
    def parse(cls, data: bytes) -> "Doorbell":
        fields = Fields.of(data, "watch-doorbell", bytes_max=WATCH_DOORBELL_BYTES_MAX).only("box", "token")
        return cls(fields.data("box", ID_BYTES), fields.data("token", TOKEN_BYTES))


def channel_name(text: str) -> str:
    """Return `text` if it can name a channel; raise `Damaged` for what cannot be shown in a line."""
    if not text.isprintable() or not text.strip() or len(text) > WATCH_CHANNEL_NAME_CHARS_MAX:
        raise Damaged(f"A channel has a name of {WATCH_CHANNEL_NAME_CHARS_MAX} visible characters at most.")
    return text


def _channel(value: Value) -> Channel:
    fields = Fields(value, "channel")
    name = channel_name(fields.text("name", length_max=WATCH_CHANNEL_NAME_CHARS_MAX))
    match fields.text("kind", length_max=16):
        case "push":
            fields.only("name", "kind", "subscription")
            subscription = Subscription.parse(fields.data("subscription", length_max=PUSH_BODY_BYTES_MAX))
            return PushChannel(name, subscription)
        case "apprise":
            fields.only("name", "kind", "url")
            url = fields.text("url", length_max=WATCH_CHANNEL_URL_CHARS_MAX)
            if not _URL.fullmatch(url):
                raise Damaged("An Apprise address is a scheme, :// and what follows, without blanks.")
            return AppriseChannel(name, url)
    raise Damaged("A channel is push or apprise.")
