"""A mailbox: a log of envelopes that devices collect, and a slot for the keyring.

Here is what client and relay say about one over HTTP: paths, and the records in requests and answers.
What a mailbox does with them is `relay/mailbox.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from twinbell.encoding import INTEGER_MAX, Value, decode_map, encode
from twinbell.errors import Damaged
from twinbell.wire.limits import (
    ARRIVAL_GRAIN_S,
    BLOBS_PER_ENVELOPE_MAX,
    DEVICE_BYTES,
    DEVICES_MAX,
    ENVELOPE_BYTES_MAX,
    ID_BYTES,
    PAGE_BYTES_MAX,
    SEQ_MAX,
    SETTING_BYTES_MAX,
    SINKS_MAX,
)

SLOT_TYPE = "application/octet-stream"
CBOR_TYPE = "application/cbor"
MISSED_HEADER = "Twinbell-Missed"  # on what a device collects: something was deleted while it slept
PEER, SELF = "peer", "self"  # the two deposit tokens of a mailbox: the other person's, and our own
_HASH_BYTES = 32


def parse_id(text: str) -> bytes:
    """Return the 16 bytes of an id in lower hex; raise `Damaged` for anything else."""
    try:
        data = bytes.fromhex(text)
    except ValueError:
        raise Damaged("An id is 32 characters of lower hex.") from None
    if len(data) != ID_BYTES or data.hex() != text:
        raise Damaged("An id is 32 characters of lower hex.")
    return data


def path(box: bytes) -> str:
    return f"/v1/mailboxes/{box.hex()}"


def envelopes_path(box: bytes, *, after: int | None = None, limit: int | None = None) -> str:
    """Return where a device collects; without `after` it goes on from the device's own cursor."""
    query = [f"{name}={value}" for name, value in (("after", after), ("limit", limit)) if value is not None]
    return f"{path(box)}/envelopes" + ("?" + "&".join(query) if query else "")


def envelope_path(box: bytes, deposit: bytes) -> str:
    return f"{path(box)}/envelopes/{deposit.hex()}"


def cursor_path(box: bytes) -> str:
    return f"{path(box)}/cursor"


def slot_path(box: bytes, *, version: int | None = None) -> str:
    return f"{path(box)}/slot" + (f"?version={version}" if version is not None else "")


def arrival_s(now_s: float) -> int:
    """Return `now_s` as it is kept: rounded down to the minute."""
    return int(now_s) // ARRIVAL_GRAIN_S * ARRIVAL_GRAIN_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Who may do what with a mailbox: hashes of tokens, set as a whole by its owner.

    `collect` has one a device, by device id in hex; `deposit` has `peer` and `self`. What is not in it any
    more loses its right at once. `sinks` are hashes (hex) of tokens that go on being answered as before,
    while nothing is stored, until the second given: an ex does not learn when the bond ended.
    A higher `epoch` stands for a new set of keys; a lower one than the relay knows is refused.
    """

    epoch: int
    collect: Mapping[str, bytes] = field(repr=False)
    deposit: Mapping[str, bytes] = field(repr=False)
    sinks: Mapping[str, int] = field(repr=False, default_factory=dict)

    def to_bytes(self) -> bytes:
        record: dict[str, Value] = {
            "v": 1,
            "type": "mailbox",
            "epoch": self.epoch,
            "collect": dict(self.collect),
            "deposit": dict(self.deposit),
        }
        if self.sinks:
            record["sinks"] = dict(self.sinks)
        return encode(record)

    @classmethod
    def parse(cls, data: bytes) -> "Setting":
        """Return the setting in `data`; raise `Damaged` for anything else."""
        record = decode_map(data, bytes_max=SETTING_BYTES_MAX)
        if record.get("v") != 1 or record.get("type") != "mailbox":
            raise Damaged("This is not a mailbox's setting of version 1.")
        if not {"epoch", "collect", "deposit"} <= record.keys() <= _SETTING_KEYS:
            raise Damaged("This setting has a field too many or too few.")
        collect = _hashes(record["collect"], count_max=DEVICES_MAX)
        for device in collect:
            if len(device) != 2 * DEVICE_BYTES or not _is_hex(device):
                raise Damaged(f"A device id is {DEVICE_BYTES} bytes in lower hex.")
        deposit = _hashes(record["deposit"], count_max=2)
        if not deposit.keys() <= {PEER, SELF}:
            raise Damaged("A mailbox has deposit tokens for peer and self.")
        hashes = [*collect.values(), *deposit.values()]
        if len(set(hashes)) != len(hashes):
            raise Damaged("Each token of a mailbox has one right.")
        return cls(
            epoch=_number(record["epoch"]),
            collect=collect,
            deposit=deposit,
            sinks=_sinks(record.get("sinks", {})),
        )


_SETTING_KEYS = {"v", "type", "epoch", "collect", "deposit", "sinks"}


@dataclass(frozen=True, slots=True)
class Kept:
    """An envelope as a device collects it."""

    seq: int
    arrived_s: int
    blobs: tuple[bytes, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Some envelopes in ascending seq; `more` says that others follow the last."""

    envelopes: tuple[Kept, ...]
    more: bool

    def to_bytes(self) -> bytes:
        envelopes: list[Value] = [
            {"seq": kept.seq, "arrived": kept.arrived_s, "blobs": list(kept.blobs), "body": kept.body}
            for kept in self.envelopes
        ]
        return encode({"envelopes": envelopes, "more": self.more})

    @classmethod
    def parse(cls, data: bytes) -> "Page":
        """Return the page in `data`; raise `Damaged` for anything else."""
        record = decode_map(data, bytes_max=PAGE_BYTES_MAX)
        envelopes, more = record.get("envelopes"), record.get("more")
        if (
            record.keys() != {"envelopes", "more"}
            or not isinstance(envelopes, list)
            or not isinstance(more, bool)
        ):
            raise Damaged("This is not a page of envelopes.")
        page = cls(tuple(_kept(item) for item in envelopes), more)
        seqs = [kept.seq for kept in page.envelopes]
        if sorted(set(seqs)) != seqs or (more and not seqs):
            raise Damaged("The envelopes of this page are out of order.")
        return page


@dataclass(frozen=True, slots=True)
class Receipt:
    """The relay's word that an envelope is durable."""

    seq: int
    arrived_s: int

    def to_bytes(self) -> bytes:
        return json.dumps({"seq": self.seq, "arrived": self.arrived_s}).encode()

    @classmethod
    def parse(cls, data: bytes) -> "Receipt":
        fields = parse_json(data)
        return cls(seq_of(fields.get("seq")), _number(fields.get("arrived")))


def cursor_to_bytes(upto: int) -> bytes:
    return json.dumps({"upto": upto}).encode()


def cursor_from_bytes(data: bytes) -> int:
    """Return the seq up to which a device has collected; raise `Damaged` for anything else."""
    fields = parse_json(data)
    if fields.keys() != {"upto"}:
        raise Damaged("A cursor is one number called upto.")
    return seq_of(fields["upto"])


def parse_json(data: bytes) -> dict[str, object]:
    """Return the JSON object in `data`; raise `Damaged` for anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise Damaged("This is not JSON.") from None
    if not isinstance(value, dict):
        raise Damaged("This is not a JSON object.")
    return value


def seq_of(value: object) -> int:
    number = _number(value)
    if number > SEQ_MAX:
        raise Damaged("There is no such seq.")
    return number


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= INTEGER_MAX:
        raise Damaged("Here a whole number is missing.")
    return value


def _is_hex(text: str) -> bool:
    return all(char in "0123456789abcdef" for char in text)


def _hashes(value: Value, *, count_max: int) -> dict[str, bytes]:
    if not isinstance(value, dict) or len(value) > count_max:
        raise Damaged("This setting has no tokens, or too many.")
    hashes: dict[str, bytes] = {}
    for name, digest in value.items():
        if not isinstance(digest, bytes) or len(digest) != _HASH_BYTES:
            raise Damaged("A token is given by its SHA-256, 32 bytes.")
        hashes[name] = digest
    return hashes


def _sinks(value: Value) -> dict[str, int]:
    if not isinstance(value, dict) or len(value) > SINKS_MAX:
        raise Damaged("This setting has too many sinks.")
    for digest in value:
        if len(digest) != 2 * _HASH_BYTES or not _is_hex(digest):
            raise Damaged("A sink is given by the SHA-256 of its token, in lower hex.")
    return {digest: _number(until_s) for digest, until_s in value.items()}


def _kept(item: Value) -> Kept:
    if not isinstance(item, dict) or item.keys() != {"seq", "arrived", "blobs", "body"}:
        raise Damaged("This is not an envelope.")
    blobs, body = item["blobs"], item["body"]
    if not isinstance(body, bytes) or not 0 < len(body) <= ENVELOPE_BYTES_MAX:
        raise Damaged("This envelope has no body, or too long a one.")
    if not isinstance(blobs, list) or len(blobs) > BLOBS_PER_ENVELOPE_MAX:
        raise Damaged("This envelope names too many blobs.")
    names = tuple(blob for blob in blobs if isinstance(blob, bytes) and len(blob) == ID_BYTES)
    if len(names) != len(blobs):
        raise Damaged("This envelope names something that is no blob.")
    return Kept(seq_of(item["seq"]), _number(item["arrived"]), names, body)
