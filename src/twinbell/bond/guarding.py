"""What guardian, writer or reader of last letters want of a watch, or their program on their behalf.

Nothing here answers by itself: a guardian says yes, gives up a seat and releases a share because a person did
so. What the other sent is in `guarded.py`.
"""

from collections.abc import Callable
from dataclasses import replace

from twinbell.bond import event as ev
from twinbell.bond import guardian as gm
from twinbell.bond import watchevent as we
from twinbell.bond.bundle import Kind
from twinbell.bond.event import Effect
from twinbell.bond.pendant import Pendant
from twinbell.bond.record import Random
from twinbell.bond.watchkeep import (
    appointed_of,
    fitting,
    kept,
    said,
    seat_of,
    with_,
    without_watch,
)
from twinbell.bond.watchkeys import Appointed, put, without
from twinbell.bond.writing import Step, deposit
from twinbell.errors import Mistaken, Refused

SEED_BYTES = 32
DAY_S = 86_400


# What the person does, or their client on their behalf.


def wanted(pendant: Pendant, event: we.WatchEvent, now_s: int, random: Random) -> Step:
    """Return the pendant after `event`; raise `Mistaken` or `Refused` where that cannot be done."""
    return _WANTED[type(event)](pendant, event, now_s, random)


def _asked(pendant: Pendant, event: we.GuardianAsked, now_s: int, random: Random) -> Step:
    known = pendant.keyring.watch.guardian(event.ask.watch)
    if known is None:
        appointed = Appointed(ask=event.ask, token=random(SEED_BYTES))
    else:  # asked again, with what has changed; what they have they keep
        appointed = replace(known, ask=event.ask, answered=False)
    return said(pendant, event.ask, with_(pendant, appointed=appointed), now_s, random)


def _answered(pendant: Pendant, event: we.GuardianAnswered, now_s: int, random: Random) -> Step:
    from twinbell.crypto.signing import SigningKey
    from twinbell.wire.terms import consent

    keys = pendant.keyring.watch
    seat = seat_of(pendant, event.watch)
    if not event.yes:
        gone = replace(keys, seats=without(keys.seats, event.watch))
        return said(pendant, gm.GuardianAnswer(event.watch, False), gone, now_s, random)
    key = SigningKey(seat.seed or random(SEED_BYTES))
    day = now_s // DAY_S
    signed = consent(key, event.watch, day, token=bytes(32))  # the writer puts the token beside it
    answer = gm.GuardianAnswer(event.watch, True, signed.seat, day, signed.consent)
    seat = replace(seat, seed=key.seed, consent_day=day)
    return said(pendant, answer, with_(pendant, seat=seat), now_s, random)


def _seat_given(pendant: Pendant, event: we.SeatGiven, now_s: int, random: Random) -> Step:
    appointed = appointed_of(pendant, event.watch)
    if not appointed.agreed:
        raise Refused("They have not agreed to be a guardian.")
    seat = gm.GuardianSeat(event.relay, event.watch, event.key, appointed.token, event.terms)
    kept = with_(pendant, appointed=replace(appointed, given=seat))
    return said(pendant, seat, kept, now_s, random)


def _share_given(pendant: Pendant, event: we.ShareGiven, now_s: int, random: Random) -> Step:
    appointed = appointed_of(pendant, event.share.watch)
    if not appointed.agreed:
        raise Refused("They have not agreed to be a guardian.")
    kept = with_(pendant, appointed=replace(appointed, share=event.share, doubtful=False))
    return said(pendant, event.share, kept, now_s, random)


def _share_safe(pendant: Pendant, event: we.ShareSafe, now_s: int, random: Random) -> Step:
    appointed = replace(appointed_of(pendant, event.watch), share=None)
    return kept(pendant, with_(pendant, appointed=appointed))


def _shares_over(pendant: Pendant, event: we.SharesOver, now_s: int, random: Random) -> Step:
    appointed_of(pendant, event.watch)
    return said(pendant, gm.ShareOver(event.watch, event.below), pendant.keyring.watch, now_s, random)


def _released(pendant: Pendant, event: we.ShareReleased, now_s: int, random: Random) -> Step:
    return said(pendant, event.release, pendant.keyring.watch, now_s, random)


def _ended(pendant: Pendant, event: we.GuardianEnded, now_s: int, random: Random) -> Step:
    return said(pendant, gm.GuardianOver(event.watch), without_watch(pendant, event.watch), now_s, random)


def _done(pendant: Pendant, event: we.RehearsalDone, now_s: int, random: Random) -> Step:
    seat_of(pendant, event.watch)
    done = gm.GuardianDone(event.watch, now_s // DAY_S)
    return said(pendant, done, pendant.keyring.watch, now_s, random)


def _reader_named(pendant: Pendant, event: we.ReaderNamed, now_s: int, random: Random) -> Step:
    return said(pendant, event.seat, pendant.keyring.watch, now_s, random)


def _rehearsal_read(pendant: Pendant, event: we.RehearsalRead, now_s: int, random: Random) -> Step:
    content = gm.Rehearsed(event.watch, event.proof, now_s // DAY_S)
    return said(pendant, content, pendant.keyring.watch, now_s, random)


def _watch_kept(pendant: Pendant, event: we.WatchKept, now_s: int, random: Random) -> Step:
    if pendant.kind is not Kind.PAIR:
        raise Mistaken("A watch belongs to the bond with the one whom the letters are for.")
    keys = pendant.keyring.watch
    changed = replace(keys, owned=put(keys.owned, event.watch))
    if event.save:
        return kept(pendant, changed)
    return pendant.with_keyring(replace(pendant.keyring, watch=fitting(changed)), copy=False), ()


def _forgotten(pendant: Pendant, event: we.WatchForgotten, now_s: int, random: Random) -> Step:
    return kept(pendant, without_watch(pendant, event.watch))


def _seen(pendant: Pendant, event: we.WatchSeen, now_s: int, random: Random) -> Step:
    """Take what a relay showed a guardian, as far as it is signed; a relay that lies changes nothing."""
    from twinbell.bond.watchsight import see

    seat, news = see(seat_of(pendant, event.watch), event, pendant.keyring.letters, now_s)
    if seat == pendant.keyring.watch.seat(event.watch):
        return pendant, ()
    keyring = replace(pendant.keyring, watch=fitting(with_(pendant, seat=seat)))
    # The slot gets it with the day's work: a relay that is asked shows it again.
    return pendant.with_keyring(keyring), tuple(map(ev.Tell, news))


_WANTED: dict[type, Callable[..., Step]] = {
    we.GuardianAsked: _asked,
    we.GuardianAnswered: _answered,
    we.SeatGiven: _seat_given,
    we.ShareGiven: _share_given,
    we.ShareSafe: _share_safe,
    we.SharesOver: _shares_over,
    we.ShareReleased: _released,
    we.GuardianEnded: _ended,
    we.RehearsalDone: _done,
    we.ReaderNamed: _reader_named,
    we.RehearsalRead: _rehearsal_read,
    we.WatchKept: _watch_kept,
    we.WatchForgotten: _forgotten,
    we.WatchSeen: _seen,
}


def given_again(pendant: Pendant, now_s: int, random: Random) -> Step:
    """Give a guardian who came back from paper their seats and shares again.

    Where the words are gone it is told: their own paper may have brought the share back, or not.
    """
    effects: tuple[Effect, ...] = ()
    for appointed in pendant.keyring.watch.appointed:
        for content in (appointed.given, appointed.share):
            if content is not None:
                pendant, sent = deposit(pendant, content, now_s, random, by_person=False)
                effects += sent
        if appointed.given and not appointed.share:
            changed = with_(pendant, appointed=replace(appointed, doubtful=True))
            pendant = pendant.with_keyring(replace(pendant.keyring, watch=changed))
            effects += (ev.Tell(we.ShareDoubtful(appointed.watch)),)
    return pendant, effects
