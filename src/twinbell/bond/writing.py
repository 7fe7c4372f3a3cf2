"""Putting something into our own chain, so that it goes to the peer."""

from dataclasses import replace
from typing import TypeAlias

from twinbell.bond import control, envelope
from twinbell.bond import event as ev
from twinbell.bond.event import Effect
from twinbell.bond.message import Content, KeyringCopy
from twinbell.bond.pendant import Pendant
from twinbell.bond.record import Random, Record

Step: TypeAlias = tuple[Pendant, tuple[Effect, ...]]
"""The next pendant, and what is to be done."""


def send_control(
    pendant: Pendant, type: str, content: Record, now_s: int, random: Random, *, by_person: bool = True
) -> Step:
    signed = control.sign(pendant.keyring, type, content, now_s)
    return deposit(pendant, signed, now_s, random, by_person=by_person)


def deposit(
    pendant: Pendant,
    content: Content,
    now_s: int,
    random: Random,
    *,
    by_person: bool,
    blobs: tuple[bytes, ...] = (),
) -> Step:
    """Put `content` into the chain and send it: in the envelope, or in a blob where it is too long.

    What the sender has received is said only in what a person caused: a timer would be a tracker.
    """
    record = content.to_record()
    after, body, data = pendant.wrote(content.kind, now_s=now_s, heads=by_person, content=record)
    if len(data) <= envelope.BODY_BYTES_MAX:
        return after, (ev.Deposit(kind=content.kind, n=body.n, body=data, blobs=blobs),)
    ref, blob = envelope.seal_blob(record, random=random)
    after, body, data = pendant.wrote(content.kind, now_s=now_s, heads=by_person, blob=ref)
    return after, (ev.Deposit(kind=content.kind, n=body.n, body=data, blobs=(ref.id,), blob=blob),)


def copied(pendant: Pendant, now_s: int, random: Random) -> Step:
    """Give the keyring to our slot and to the peer, where it has changed since."""
    if pendant.copied == pendant.serial:
        return pendant, ()
    pendant = replace(pendant, copied=pendant.serial)
    sealed = pendant.keyring.seal()
    copy = KeyringCopy(pendant.serial, sealed)
    pendant, effects = deposit(pendant, copy, now_s, random, by_person=False)
    return pendant, (ev.SaveSlot(sealed), *effects)
