"""Keeping what belongs to a watch, and saying something about it: what the rules of guardians have in common.

What is kept lies in the keyring (`watchkeys.py`) and is saved to the slot at once: a share that was lost on
the day after it came would be missed when it is needed.
"""

from dataclasses import replace

from twinbell.bond import event as ev
from twinbell.bond import guardian as gm
from twinbell.bond.bundle import Kind
from twinbell.bond.event import Effect
from twinbell.bond.pendant import Pendant
from twinbell.bond.record import Random
from twinbell.bond.watchkeys import (
    WATCH_KEYS_BYTES_MAX,
    WATCHES_MAX,
    Appointed,
    Seat,
    WatchKeys,
    put,
    without,
)
from twinbell.bond.writing import Step, deposit
from twinbell.encoding import encode
from twinbell.errors import Mistaken, Refused


def belongs(content: gm.AboutWatch, kind: Kind) -> bool:
    """Say whether this content has a place in a bond of this kind."""
    return isinstance(content, gm.ReaderSeat | gm.Rehearsed) == (kind is Kind.PAIR)


def said(pendant: Pendant, content: gm.AboutWatch, changed: WatchKeys, now_s: int, random: Random) -> Step:
    """Keep `changed` and send `content`: saved first, so that nothing was promised that is not kept."""
    if not belongs(content, pendant.kind):
        raise Mistaken("This has no place in a bond of this kind.")
    pendant, saved = kept(pendant, changed)
    pendant, sent = deposit(pendant, content, now_s, random, by_person=True)
    return pendant, (*saved, *sent)


def kept(pendant: Pendant, changed: WatchKeys, *told: Effect) -> Step:
    if changed == pendant.keyring.watch:
        return pendant, told
    pendant = pendant.with_keyring(replace(pendant.keyring, watch=fitting(changed)))
    return pendant, (ev.SaveSlot(pendant.keyring.seal()), *told)


def fitting(changed: WatchKeys) -> WatchKeys:
    """Return `changed` if a keyring can hold it; raise `Refused` if not."""
    rows = (changed.owned, changed.appointed, changed.seats, changed.reading)
    if max(map(len, rows)) > WATCHES_MAX or len(encode(changed.to_record())) > WATCH_KEYS_BYTES_MAX:
        raise Refused("This bond keeps as many watches as it can. End one of them first.")
    return changed


def with_(pendant: Pendant, *, appointed: Appointed | None = None, seat: Seat | None = None) -> WatchKeys:
    keys = pendant.keyring.watch
    if appointed:
        keys = replace(keys, appointed=put(keys.appointed, appointed))
    if seat:
        keys = replace(keys, seats=put(keys.seats, seat))
    return keys


def without_watch(pendant: Pendant, watch: bytes) -> WatchKeys:
    keys = pendant.keyring.watch
    return replace(
        keys,
        owned=without(keys.owned, watch),
        appointed=without(keys.appointed, watch),
        seats=without(keys.seats, watch),
        reading=without(keys.reading, watch),
    )


def appointed_of(pendant: Pendant, watch: bytes) -> Appointed:
    appointed = pendant.keyring.watch.guardian(watch)
    if appointed is None:
        raise Refused("They were not asked to be a guardian for this watch.")
    return appointed


def seat_of(pendant: Pendant, watch: bytes) -> Seat:
    seat = pendant.keyring.watch.seat(watch)
    if seat is None:
        raise Refused("Nobody has asked you to be a guardian for this watch.")
    return seat


def consented(pendant: Pendant, watch: bytes) -> Seat:
    seat = seat_of(pendant, watch)
    if not seat.seed:
        raise Refused("You have not agreed to be a guardian for this watch.")
    return seat
