"""The rules of a bond: a pendant and an event make the next pendant and what is to be done.

    (pendant, effects) = step(pendant, event, now_s)

The journal saves both in one transaction and then carries the effects out; each may be repeated. An
envelope is acknowledged to the relay once all that it caused is done. So a crash between any two lines loses
nothing: what was not saved comes again, what was saved is carried out again, and doubles are dropped by the
chain.

Nothing is answered automatically but two things: new keys of the peer make us renew our inbox key and deposit
token, since whoever stole theirs knew ours; and whoever came back from paper, and shows it by their root, is
given their letters again, and a guardian their share (`paper.py`). What is missing is asked for, and given
again, once a day. What guardians do is in `guarding.py`.

A bond that its person has ended takes nothing in and sends nothing out.
"""

from collections.abc import Callable
from dataclasses import replace

from twinbell.bond import control, guarding
from twinbell.bond import event as ev
from twinbell.bond.arrival import arrived, not_whole
from twinbell.bond.daily import tick
from twinbell.bond.event import Event
from twinbell.bond.message import Knock
from twinbell.bond.paper import came_back, new_epoch
from twinbell.bond.pendant import RINGS_AN_HOUR_MAX, Pendant
from twinbell.bond.record import Random, fresh
from twinbell.bond.writing import Step, copied, deposit, send_control
from twinbell.errors import Mistaken, Refused


def step(pendant: Pendant, event: Event, now_s: int, *, random: Random = fresh) -> Step:
    """Return the pendant after `event`, and the effects in the order in which to carry them out.

    Raises `Mistaken` for what the program should not have asked, and `Refused` for what a person wants of a
    bond that they have ended; never for what came from outside.
    """
    if pendant.parted and not isinstance(event, ev.KitConfirmed):
        if isinstance(event, ev.Arrived | ev.NotWhole | ev.Tick | ev.Parted):
            return pendant, ()
        raise Refused("You have ended this bond: nothing goes to them any more.")
    return _STEPS.get(type(event), guarding.wanted)(pendant, event, now_s, random)


# What the person does.


def _begun(pendant: Pendant, event: ev.Begun, now_s: int, random: Random) -> Step:
    return copied(replace(pendant, daily_s=now_s), now_s, random)


def _ring(pendant: Pendant, event: ev.RingWanted, now_s: int, random: Random) -> Step:
    return deposit(pendant, event.ring, now_s, random, by_person=True)


def _knock(pendant: Pendant, event: ev.KnockWanted, now_s: int, random: Random) -> Step:
    return deposit(pendant, Knock(), now_s, random, by_person=True)


def _letter(pendant: Pendant, event: ev.LetterSealed, now_s: int, random: Random) -> Step:
    return deposit(pendant, event.letter, now_s, random, by_person=True, blobs=(event.letter.blob,))


def _letter_given(pendant: Pendant, event: ev.LetterGiven, now_s: int, random: Random) -> Step:
    blobs = (event.content.letter.blob,)
    return deposit(pendant, event.content, now_s, random, by_person=False, blobs=blobs)


def _about(pendant: Pendant, event: ev.AboutWritten, now_s: int, random: Random) -> Step:
    pendant = replace(pendant, about_ours=event.about)
    return deposit(pendant, event.about, now_s, random, by_person=True)


def _portrait(pendant: Pendant, event: ev.PortraitDrawn, now_s: int, random: Random) -> Step:
    pendant, effects = deposit(pendant, event.portrait, now_s, random, by_person=True)
    return pendant, (ev.KeepPortrait(event.portrait, ours=True), *effects)


def _verified(pendant: Pendant, event: ev.Verified, now_s: int, random: Random) -> Step:
    pendant = replace(pendant, verified_s=now_s, changed=False)
    return send_control(pendant, control.VERIFIED, {"root": pendant.peer.root}, now_s, random)


def _receipts(pendant: Pendant, event: ev.ReceiptsWanted, now_s: int, random: Random) -> Step:
    pendant = replace(pendant, receipts_ours=event.on)
    return send_control(pendant, control.RECEIPTS, {"on": event.on}, now_s, random)


def _rings_limited(pendant: Pendant, event: ev.RingsLimited, now_s: int, random: Random) -> Step:
    if not 0 <= event.an_hour <= RINGS_AN_HOUR_MAX:
        raise Mistaken(f"From 0 to {RINGS_AN_HOUR_MAX} rings an hour can be sounded.")
    return replace(pendant, rings_an_hour=event.an_hour), ()


def _kit_confirmed(pendant: Pendant, event: ev.KitConfirmed, now_s: int, random: Random) -> Step:
    return replace(pendant, device=replace(pendant.device, root=b"")), ()


def _devices_removed(pendant: Pendant, event: ev.DevicesRemoved, now_s: int, random: Random) -> Step:
    pendant, renewed = new_epoch(pendant, event.root, now_s, random)
    pendant, copies = copied(pendant, now_s, random)
    return pendant, (*renewed, *copies)


def _parted(pendant: Pendant, event: ev.Parted, now_s: int, random: Random) -> Step:
    """End the bond: the peer's token becomes a sink, our keyring says so, and they are told nothing."""
    pendant = pendant.with_keyring(pendant.keyring.parted(now_s), copy=False)
    return pendant, (ev.Register(pendant.registration), ev.SaveSlot(pendant.keyring.seal()))


_STEPS: dict[type, Callable[..., Step]] = {
    ev.Begun: _begun,
    ev.RingWanted: _ring,
    ev.KnockWanted: _knock,
    ev.LetterSealed: _letter,
    ev.LetterGiven: _letter_given,
    ev.AboutWritten: _about,
    ev.PortraitDrawn: _portrait,
    ev.Arrived: arrived,
    ev.NotWhole: not_whole,
    ev.Verified: _verified,
    ev.ReceiptsWanted: _receipts,
    ev.RingsLimited: _rings_limited,
    ev.KitConfirmed: _kit_confirmed,
    ev.DevicesRemoved: _devices_removed,
    ev.CameBack: came_back,
    ev.Parted: _parted,
    ev.Tick: tick,
}
