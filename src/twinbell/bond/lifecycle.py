"""The rules of a bond: a pendant and an event make the next pendant and what is to be done.

    (pendant, effects) = step(pendant, event, now_s)

The journal saves both in one transaction and then carries the effects out; each may be repeated. An
envelope is acknowledged to the relay once all that it caused is done. So a crash between any two lines loses
nothing: what was not saved comes again, what was saved is carried out again, and doubles are dropped by the
chain.

Nothing is answered automatically but one thing: new keys of the peer make us renew our inbox key and deposit
token, since whoever stole theirs knew ours. What is missing is asked for, and given again, once a day.
"""

from collections.abc import Callable
from dataclasses import replace

from twinbell.bond import control
from twinbell.bond import event as ev
from twinbell.bond.arrival import arrived, not_whole
from twinbell.bond.daily import tick
from twinbell.bond.event import Event
from twinbell.bond.message import Knock
from twinbell.bond.pendant import Pendant
from twinbell.bond.record import Random, fresh
from twinbell.bond.writing import Step, copied, deposit, send_control


def step(pendant: Pendant, event: Event, now_s: int, *, random: Random = fresh) -> Step:
    """Return the pendant after `event`, and the effects in the order in which to carry them out.

    Raises `Mistaken` for what the program should not have asked; never for what came from outside.
    """
    return _STEPS[type(event)](pendant, event, now_s, random)


# What the person does.


def _begun(pendant: Pendant, event: ev.Begun, now_s: int, random: Random) -> Step:
    return copied(replace(pendant, daily_s=now_s), now_s, random)


def _ring(pendant: Pendant, event: ev.RingWanted, now_s: int, random: Random) -> Step:
    return deposit(pendant, event.ring, now_s, random, by_person=True)


def _knock(pendant: Pendant, event: ev.KnockWanted, now_s: int, random: Random) -> Step:
    return deposit(pendant, Knock(), now_s, random, by_person=True)


def _letter(pendant: Pendant, event: ev.LetterSealed, now_s: int, random: Random) -> Step:
    return deposit(pendant, event.letter, now_s, random, by_person=True, blobs=(event.letter.blob,))


def _verified(pendant: Pendant, event: ev.Verified, now_s: int, random: Random) -> Step:
    pendant = replace(pendant, verified_s=now_s, changed=False)
    return send_control(pendant, control.VERIFIED, {"root": pendant.peer.root}, now_s, random)


def _receipts(pendant: Pendant, event: ev.ReceiptsWanted, now_s: int, random: Random) -> Step:
    pendant = replace(pendant, receipts_ours=event.on)
    return send_control(pendant, control.RECEIPTS, {"on": event.on}, now_s, random)


def _kit_confirmed(pendant: Pendant, event: ev.KitConfirmed, now_s: int, random: Random) -> Step:
    return replace(pendant, device=replace(pendant.device, root=b"")), ()


def _devices_removed(pendant: Pendant, event: ev.DevicesRemoved, now_s: int, random: Random) -> Step:
    """Begin a new epoch. The old inbox key stays for what is under way; the old deposit token ends."""
    before = pendant.keyring
    after = before.with_epoch(pendant.device, now_s, random)
    signed = control.sign_epoch(before, after, now_s, root=event.root)
    pendant = replace(pendant.with_keyring(after), inbox_used_s=0)
    pendant, told = deposit(pendant, signed, now_s, random, by_person=False)
    pendant, copies = copied(pendant, now_s, random)
    return pendant, (ev.Register(pendant.registration), *told, *copies)


_STEPS: dict[type, Callable[..., Step]] = {
    ev.Begun: _begun,
    ev.RingWanted: _ring,
    ev.KnockWanted: _knock,
    ev.LetterSealed: _letter,
    ev.Arrived: arrived,
    ev.NotWhole: not_whole,
    ev.Verified: _verified,
    ev.ReceiptsWanted: _receipts,
    ev.KitConfirmed: _kit_confirmed,
    ev.DevicesRemoved: _devices_removed,
    ev.Tick: tick,
}
