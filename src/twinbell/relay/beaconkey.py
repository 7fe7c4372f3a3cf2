"""The relay's beacon key and what is fixed with it for ever: the period and the genesis of its chain.

One file, `beacon/key`, made at the first start, outside the database and its backups. Whoever holds it can
open every past and future round of this chain, unseen; whoever loses it loses every letter that
waits for this chain. So it is written once, is readable by its owner alone, and `twinbell relay beacon
backup` writes it as three lists of words, any two of which bring it back.
"""

import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from twinbell.crypto import bls
from twinbell.errors import Conflict, Damaged, Mistaken, NotFound, Refused
from twinbell.relay.clockfile import CLOCK, write_durably
from twinbell.wire.beacon import PERIOD_S_MAX, Chain

FOLDER = "beacon"
KEY = "key"
CHAIN = "chain.json"
BACKED_UP = "backed-up"

PERIOD_S = 3  # as quicknet; a round costs nothing until somebody asks for it
BEACON_ID = "twinbell"

_GROUP_LABEL = b"twinbell/v1/beacon/group"  # a chain of one keeper: drand's group hash is of its key


@dataclass(frozen=True, slots=True)
class BeaconKey:
    """The secret key (32 bytes) and the chain that it signs."""

    secret: bytes = field(repr=False)
    chain: Chain

    @classmethod
    def make(cls, *, period_s: int, genesis_s: int, secret: bytes | None = None) -> "BeaconKey":
        """Return the key of a new chain, or of one whose `secret` came back from its backup."""
        if not 1 <= period_s <= PERIOD_S_MAX:
            raise Mistaken("The period of a beacon is a whole number of seconds, one at least.")
        secret = bls.keygen() if secret is None else secret
        public_key = bls.public(secret)
        chain = Chain(
            public_key=public_key,
            period_s=period_s,
            genesis_s=genesis_s,
            group_hash=hashlib.sha256(_GROUP_LABEL + public_key).digest(),
            beacon_id=BEACON_ID,
        )
        return cls(secret, chain)

    def sign(self, round: int) -> bytes:
        """Return the 48-byte signature of `round`. Nothing here asks the time: the caller has."""
        return bls.sign(self.secret, bls.round_message(round))


def make_folder(data: Path) -> Path:
    """Return the beacon folder inside the relay's data folder, made if it was not there."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def load(folder: Path, *, period_s: int | None = None) -> BeaconKey | None:
    """Return the key of `folder`; None if this is the first start.

    Raises `Refused` when another period is asked for, when others can read the key, or when the key is gone
    from a folder that had one: a new key would leave every letter locked for ever, without a word.
    """
    path = folder / KEY
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if (folder / CHAIN).exists() or (folder / CLOCK).exists():
            raise Refused(
                f"The beacon key is gone from {folder}.",
                hint="Bring it back with `twinbell relay beacon restore`.",
            ) from None
        return None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refused(f"Others can read the beacon key in {path}.", hint=f"Run `chmod 600 {path}`.")
    key = _parse(path.read_bytes())
    if period_s is not None and period_s != key.chain.period_s:
        raise Refused(
            f"The beacon of this relay has a period of {key.chain.period_s} s, and letters depend on it.",
            hint="Start without --beacon-period, or with another data folder.",
        )
    return key


def save(folder: Path, key: BeaconKey) -> None:
    """Write a new key and its chain; raise `Conflict` if there is one already."""
    path = folder / KEY
    if path.exists():
        raise Conflict(f"There is a beacon key in {folder} already.")
    fields = {
        "secret": key.secret.hex(),
        "period": key.chain.period_s,
        "genesis": key.chain.genesis_s,
    }
    write_durably(path, json.dumps(fields).encode() + b"\n")
    write_durably(folder / CHAIN, json.dumps(key.chain.document(), indent=1).encode() + b"\n")


def existing(data: Path) -> tuple[Path, BeaconKey]:
    """Return the beacon folder of a relay that has started before, and its key; else raise `NotFound`."""
    folder = data / FOLDER
    key = load(folder) if folder.is_dir() else None
    if key is None:
        raise NotFound(f"There is no beacon in {data}.", hint="A relay makes one at its first start.")
    return folder, key


def is_backed_up(folder: Path) -> bool:
    """Tell whether the words of the key have been written down, as far as anybody said."""
    return (folder / BACKED_UP).exists()


def mark_backed_up(folder: Path) -> None:
    """Remember that the words have been shown."""
    write_durably(folder / BACKED_UP, b"")


def _parse(data: bytes) -> BeaconKey:
    try:
        fields = json.loads(data)
        return BeaconKey.make(
            secret=bytes.fromhex(fields["secret"]),
            period_s=int(fields["period"]),
            genesis_s=int(fields["genesis"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError, Mistaken):
        raise Damaged("The file of the beacon key is damaged.") from None
