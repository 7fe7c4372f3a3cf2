"""Arming a watch: from then on it can come to silence, and last letters have gates that guardians can open.

    lacks     what is missing before it can be armed, in sentences
    arm       a new gate, split among the guardians; new terms; every last letter sealed again behind it

Again once a year, after a guardian came or went, after a return, after a stop. The seed of a gate exists for
a moment only; its shares go out, and stay here until their guardians are known to have them.
"""

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinbell.bond import last as gates
from twinbell.bond import watchevent as we
from twinbell.client import bonds, channels, last, lastrelay, mail, watch
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.client.watch import Own
from twinbell.crypto import kdf
from twinbell.errors import Refused
from twinbell.wire.silence import CHANNELS, OVER, Stage
from twinbell.wire.terms import STOP_BYTES, Change, Terms

if TYPE_CHECKING:
    from twinbell.wire.watchview import View

DAY_S = 86_400
REHEARSED_DAYS = 365
ARMED_DAYS = 365


@dataclass(frozen=True, slots=True)
class Armed:
    """When it holds, which letters could not be sealed again, and whether there is a new stop code.

    `dropped` says that looser terms which waited for their day are gone, since the watch was over before it.
    """

    when: Change
    left: tuple[bytes, ...]
    new_stop: bool
    dropped: bool


def lacks(home: Home, own: Own) -> list[str]:
    """Return what is missing before this watch can be armed; nothing if nothing is."""
    found = lacks_to_rehearse(home, own)
    if not own.owned.rehearsed_day:
        found.append("Nobody has rehearsed it yet: `twinbell rehearse`.")
    elif rehearsal_is_due(home, own):
        found.append("The last rehearsal is more than a year ago: `twinbell rehearse`.")
    return found


def lacks_to_rehearse(home: Home, own: Own) -> list[str]:
    """Return what is missing before this watch can be rehearsed: all but the rehearsal itself."""
    asked = watch.asked(home, own)
    agreed = [each for each in asked if each.appointed.agreed]
    fresh = [each for each in agreed if not each.is_old(home.now_s)]
    found, k, name = [], own.terms.k, own.bond.peer
    if k == 1 and len(agreed) > 1:
        found.append("Of several guardians two at least must agree: --need 2.")
    if len(fresh) < k:
        found.append(f"{_so_many(len(fresh), 'guardian')} of {k} that you need have agreed.")
    if not own.bond.verified:
        found.append(f"You have not compared the words with {name}.")
    verified = sum(each.bond.verified for each in fresh)
    if len(fresh) >= k > verified:
        found.append(f"You have compared the words with {verified} of {k} guardians.")
    proven = sum(each.accepted_s > 0 for each in channels.every(home, own))
    if proven < CHANNELS:
        found.append(f"You can be reminded on {proven} of {CHANNELS} ways that were tested.")
    return found


def rehearsal_is_due(home: Home, own: Own) -> bool:
    """Say whether a rehearsal is due: there was none, or none for a year."""
    return home.now_s // DAY_S - own.owned.rehearsed_day > REHEARSED_DAYS


def arming_is_due(home: Home, own: Own) -> bool:
    """Say whether it is time to arm anew: a year has passed, or somebody may have lost their share."""
    old = home.now_s // DAY_S - own.owned.armed_day > ARMED_DAYS
    return bool(own.owned.epoch) and (old or any(each.appointed.doubtful for each in watch.asked(home, own)))


def arm(home: Home, own: Own) -> Armed:
    """Arm the watch, or arm it anew; raise `Refused` with what is missing.

    The relay is asked first whether it would take the new terms. After that everything is saved at once, and
    goes as far as it gets: what is left goes with the next command.
    """
    if missing := lacks(home, own):
        raise Refused("This watch can't be armed yet. " + " ".join(missing))
    return arm_now(home, own)


def arm_now(home: Home, own: Own) -> Armed:
    """Arm without asking what is missing, as a rehearsal does."""
    bonds.check_living(own.bond)
    view = watch.look(home, own)
    lastrelay.opened_by(home, own, view.fetched)
    terms, guardians = own.terms, watch.consents(home, own)
    held = Terms.parse(view.terms.record)
    dropped = view.stage in OVER and held.epoch == terms.epoch and held.number < terms.number
    if dropped:  # what waited to loosen it ended with it, and a watch that is over is armed as it was
        terms = held
    if len(guardians) < terms.k:
        so_many = _so_many(len(guardians), "guardian")
        raise Refused(f"{so_many} of {terms.k} that the terms in force need have agreed.")
    code = secrets.token_bytes(STOP_BYTES) if view.stage is Stage.STOPPED else None
    new, when = watch.judged(
        view,
        replace(
            terms,
            epoch=max(terms.epoch, _epoch(view)) + 1,
            armed=True,
            guardians=guardians,
            stop=kdf.sha256(code) if code else terms.stop,
        ),
        known=own.owned.number,
    )
    arming = gates.arm(new.k, len(guardians))
    gate = arming.gate
    with home.vault.transaction():
        watch.put_inside(
            home,
            watch.again(home, own),
            new,
            epoch=new.epoch,
            gate=gate.recipient,
            k=gate.threshold,
            n=gate.guardians,
            armed_day=home.now_s // DAY_S,
        )
        by_seat = {each.appointed.seat: each.bond for each in watch.asked(home, own)}
        for place, guardian in enumerate(guardians):
            share = arming.share(place, watch=own.id, epoch=new.epoch)
            watch.step(home, by_seat[guardian.seat], we.ShareGiven(share))
        if code:
            home.vault.run("update watch set stop = ? where id = ?", code, own.id)
    reach("watch: armed")
    own = watch.again(home, own)
    watch.settle(home, own)
    left = last.reseal(home, own)
    mail.send(home)
    return Armed(when, tuple(left), code is not None, dropped)


def rehearsed(home: Home, own: Own, day: int) -> None:
    """Note that recipient and guardians have done their part in a rehearsal of this watch."""
    owned = replace(watch.again(home, own).owned, rehearsed_day=day)
    with home.vault.transaction():
        watch.step(home, own.bond, we.WatchKept(owned))


def _epoch(view: "View") -> int:
    known = [view.terms, *([view.pending.terms] if view.pending else [])]
    return max(Terms.parse(signed.record).epoch for signed in known)


def _so_many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count or 'No'} {noun}s"
