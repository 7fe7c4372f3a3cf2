"""The rules of guardians inside a bond: what a person wants, what the other sent, and what both come to.

Nothing here answers by itself: a guardian says yes, gives up a seat and releases a share because a person did
so. What belongs into another kind of bond is not taken in, and told; so is what does not fit what is known.

What is kept lies in the keyring (`watchkeys.py`) and is saved to the slot at once: a share that was lost on
the day after it came would be missed when it is needed.
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
from twinbell.bond.watchkeys import (
    RELEASED_MAX,
    WATCH_KEYS_BYTES_MAX,
    WATCHES_MAX,
    Appointed,
    Reading,
    Seat,
    WatchKeys,
    put,
    with_share,
    without,
)
from twinbell.bond.writing import Step, deposit
from twinbell.crypto import kdf
from twinbell.encoding import encode
from twinbell.errors import Damaged, Mistaken, Refused, TwinbellError

SEED_BYTES = 32
DAY_S = 86_400


def belongs(content: gm.AboutWatch, kind: Kind) -> bool:
    """Say whether this content has a place in a bond of this kind."""
    return isinstance(content, gm.ReaderSeat | gm.Rehearsed) == (kind is Kind.PAIR)


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
    return _said(pendant, event.ask, _with(pendant, appointed=appointed), now_s, random)


def _answered(pendant: Pendant, event: we.GuardianAnswered, now_s: int, random: Random) -> Step:
    from twinbell.crypto.signing import SigningKey
    from twinbell.wire.terms import consent

    keys = pendant.keyring.watch
    seat = _seat(pendant, event.watch)
    if not event.yes:
        gone = replace(keys, seats=without(keys.seats, event.watch))
        return _said(pendant, gm.GuardianAnswer(event.watch, False), gone, now_s, random)
    key = SigningKey(seat.seed or random(SEED_BYTES))
    day = now_s // DAY_S
    signed = consent(key, event.watch, day, token=bytes(32))  # the writer puts the token beside it
    answer = gm.GuardianAnswer(event.watch, True, signed.seat, day, signed.consent)
    seat = replace(seat, seed=key.seed, consent_day=day)
    return _said(pendant, answer, _with(pendant, seat=seat), now_s, random)


def _seat_given(pendant: Pendant, event: we.SeatGiven, now_s: int, random: Random) -> Step:
    appointed = _appointed(pendant, event.watch)
    if not appointed.agreed:
        raise Refused("They have not agreed to be a guardian.")
    seat = gm.GuardianSeat(event.relay, event.watch, event.key, appointed.token, event.terms)
    kept = _with(pendant, appointed=replace(appointed, given=seat))
    return _said(pendant, seat, kept, now_s, random)


def _share_given(pendant: Pendant, event: we.ShareGiven, now_s: int, random: Random) -> Step:
    appointed = _appointed(pendant, event.share.watch)
    if not appointed.agreed:
        raise Refused("They have not agreed to be a guardian.")
    kept = _with(pendant, appointed=replace(appointed, share=event.share, doubtful=False))
    return _said(pendant, event.share, kept, now_s, random)


def _share_safe(pendant: Pendant, event: we.ShareSafe, now_s: int, random: Random) -> Step:
    appointed = replace(_appointed(pendant, event.watch), share=None)
    return _kept(pendant, _with(pendant, appointed=appointed))


def _shares_over(pendant: Pendant, event: we.SharesOver, now_s: int, random: Random) -> Step:
    _appointed(pendant, event.watch)
    return _said(pendant, gm.ShareOver(event.watch, event.below), pendant.keyring.watch, now_s, random)


def _released(pendant: Pendant, event: we.ShareReleased, now_s: int, random: Random) -> Step:
    return _said(pendant, event.release, pendant.keyring.watch, now_s, random)


def _ended(pendant: Pendant, event: we.GuardianEnded, now_s: int, random: Random) -> Step:
    return _said(pendant, gm.GuardianOver(event.watch), _without(pendant, event.watch), now_s, random)


def _done(pendant: Pendant, event: we.RehearsalDone, now_s: int, random: Random) -> Step:
    _seat(pendant, event.watch)
    done = gm.GuardianDone(event.watch, now_s // DAY_S)
    return _said(pendant, done, pendant.keyring.watch, now_s, random)


def _reader_named(pendant: Pendant, event: we.ReaderNamed, now_s: int, random: Random) -> Step:
    return _said(pendant, event.seat, pendant.keyring.watch, now_s, random)


def _rehearsal_read(pendant: Pendant, event: we.RehearsalRead, now_s: int, random: Random) -> Step:
    content = gm.Rehearsed(event.watch, event.proof, now_s // DAY_S)
    return _said(pendant, content, pendant.keyring.watch, now_s, random)


def _watch_kept(pendant: Pendant, event: we.WatchKept, now_s: int, random: Random) -> Step:
    if pendant.kind is not Kind.PAIR:
        raise Mistaken("A watch belongs to the bond with the one whom the letters are for.")
    keys = pendant.keyring.watch
    changed = replace(keys, owned=put(keys.owned, event.watch))
    if event.save:
        return _kept(pendant, changed)
    return pendant.with_keyring(replace(pendant.keyring, watch=_fitting(changed)), copy=False), ()


def _forgotten(pendant: Pendant, event: we.WatchForgotten, now_s: int, random: Random) -> Step:
    return _kept(pendant, _without(pendant, event.watch))


def _seen(pendant: Pendant, event: we.WatchSeen, now_s: int, random: Random) -> Step:
    """Take what a relay showed a guardian, as far as it is signed; a relay that lies changes nothing."""
    from twinbell.bond.watchsight import see

    seat, news = see(_seat(pendant, event.watch), event, pendant.keyring.letters, now_s)
    if seat == pendant.keyring.watch.seat(event.watch):
        return pendant, ()
    keyring = replace(pendant.keyring, watch=_fitting(_with(pendant, seat=seat)))
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


# What the other sent.


def arrived(pendant: Pendant, content: gm.AboutWatch, now_s: int) -> Step:
    """Take in what the other sent of a watch. Never raises: what does not fit is told."""
    if not belongs(content, pendant.kind):
        return pendant, (ev.Tell(we.Misplaced(content.kind)),)
    try:
        return _ARRIVED[type(content)](pendant, content, now_s)
    except TwinbellError as error:
        return pendant, (ev.Tell(we.WatchRefused(content.kind, str(error))),)


def _ask_came(pendant: Pendant, ask: gm.GuardianAsk, now_s: int) -> Step:
    keys = pendant.keyring.watch
    known = keys.seat(ask.watch)
    if known and known.ask.rehearsal is not ask.rehearsal:
        raise Refused("This watch is no rehearsal, or was one.")
    others = keys.seats
    if ask.rehearsal:  # of rehearsals the last one counts
        others = tuple(seat for seat in others if not seat.ask.rehearsal or seat.watch == ask.watch)
    seat = replace(known, ask=ask) if known else Seat(ask=ask)
    changed = replace(keys, seats=put(others, seat))
    return _kept(pendant, changed, ev.Tell(we.GuardianWanted(ask)))


def _answer_came(pendant: Pendant, answer: gm.GuardianAnswer, now_s: int) -> Step:
    from twinbell.wire.terms import Guardian

    appointed = _appointed(pendant, answer.watch)
    if answer.seat is None or answer.consent is None:
        appointed = Appointed(ask=appointed.ask, token=appointed.token, answered=True)
        changed = _with(pendant, appointed=appointed)
        return _kept(pendant, changed, ev.Tell(we.GuardianSaid(answer.watch, False)))
    if answer.day < appointed.day:
        return pendant, ()  # it was overtaken
    Guardian(answer.seat, kdf.sha256(appointed.token), answer.consent, answer.day).check(answer.watch)
    appointed = replace(appointed, answered=True, seat=answer.seat, day=answer.day, consent=answer.consent)
    changed = _with(pendant, appointed=appointed)
    return _kept(pendant, changed, ev.Tell(we.GuardianSaid(answer.watch, True)))


def _seat_came(pendant: Pendant, given: gm.GuardianSeat, now_s: int) -> Step:
    from twinbell.bond.watchsight import take_seat

    before = _consented(pendant, given.watch)
    seat, news = take_seat(before, given, now_s)
    if seat == before:
        return pendant, ()
    return _kept(pendant, _with(pendant, seat=seat), *map(ev.Tell, news))


def _share_came(pendant: Pendant, share: gm.Share, now_s: int) -> Step:
    from twinbell.crypto import shares

    seat = _consented(pendant, share.watch)
    if shares.threshold(share.words) != share.k:
        raise Damaged("This share is not what it says to be.")
    held = {each.share.epoch: each.share for each in seat.shares}
    if held.get(share.epoch) == share:
        return pendant, ()
    if share.epoch in held:  # whoever has the writer's phone must not be able to spoil what is here
        raise Refused("There is another share of this arming here already.")
    changed = _with(pendant, seat=with_share(seat, share, now_s))
    return _kept(pendant, changed, ev.Tell(we.ShareCame(share.watch, share.epoch)))


def _share_over(pendant: Pendant, over: gm.ShareOver, now_s: int) -> Step:
    seat = _consented(pendant, over.watch)
    left = tuple(held for held in seat.shares if held.share.epoch >= over.below)
    if left == seat.shares:
        return pendant, ()
    if not left:
        raise Refused("No newer share has come, so the old ones are kept.")
    changed = _with(pendant, seat=replace(seat, shares=left))
    return _kept(pendant, changed, ev.Tell(we.SharesGone(over.watch, over.below)))


def _release_came(pendant: Pendant, release: gm.ShareRelease, now_s: int) -> Step:
    from twinbell.crypto import shares

    shares.threshold(release.words)
    keys = pendant.keyring.watch
    if release in keys.released:
        return pendant, ()
    others = [each for each in keys.released if (each.watch, each.epoch) != (release.watch, release.epoch)]
    changed = replace(keys, released=(*others, release)[-RELEASED_MAX:])
    return _kept(pendant, changed, ev.Tell(we.ShareArrived(release.watch, release.epoch)))


def _over_came(pendant: Pendant, over: gm.GuardianOver, now_s: int) -> Step:
    changed = _without(pendant, over.watch)
    if changed == pendant.keyring.watch:
        return pendant, ()
    return _kept(pendant, changed, ev.Tell(we.GuardianGone(over.watch)))


def _done_came(pendant: Pendant, done: gm.GuardianDone, now_s: int) -> Step:
    appointed = _appointed(pendant, done.watch)
    changed = _with(pendant, appointed=replace(appointed, done_day=max(done.day, appointed.done_day)))
    return _kept(pendant, changed, ev.Tell(we.GuardianRehearsed(done.watch, done.day)))


def _reader_came(pendant: Pendant, seat: gm.ReaderSeat, now_s: int) -> Step:
    from twinbell.bond.watchsight import check_terms

    keys = pendant.keyring.watch
    terms = check_terms(seat.terms, seat.watch, seat.key)
    if terms.reader != kdf.sha256(seat.token):
        raise Damaged("The reader of these terms is somebody else.")
    known = keys.reader(seat.watch)
    if known and check_terms(known.terms, known.watch, known.key).number > terms.number:
        return pendant, ()
    reading = Reading(
        watch=seat.watch,
        relay=seat.relay,
        key=seat.key,
        token=seat.token,
        terms=seat.terms,
        guardians=seat.guardians,
    )
    if reading == known:
        return pendant, ()
    others = keys.reading
    if terms.rehearsal:  # of rehearsals the last one counts
        others = tuple(
            each
            for each in others
            if each.watch == seat.watch or not check_terms(each.terms, each.watch, each.key).rehearsal
        )
    changed = replace(keys, reading=put(others, reading))
    return _kept(pendant, changed, ev.Tell(we.ReaderSeated(seat.watch, seat.guardians)))


def _rehearsed_came(pendant: Pendant, content: gm.Rehearsed, now_s: int) -> Step:
    if pendant.keyring.watch.of(content.watch) is None:
        raise Refused("There is no such rehearsal here.")
    return pendant, (ev.Tell(we.RehearsalOpened(content.watch, content.proof, content.day)),)


_ARRIVED: dict[type, Callable[..., Step]] = {
    gm.GuardianAsk: _ask_came,
    gm.GuardianAnswer: _answer_came,
    gm.GuardianSeat: _seat_came,
    gm.Share: _share_came,
    gm.ShareOver: _share_over,
    gm.ShareRelease: _release_came,
    gm.GuardianOver: _over_came,
    gm.GuardianDone: _done_came,
    gm.ReaderSeat: _reader_came,
    gm.Rehearsed: _rehearsed_came,
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
            changed = _with(pendant, appointed=replace(appointed, doubtful=True))
            pendant = pendant.with_keyring(replace(pendant.keyring, watch=changed))
            effects += (ev.Tell(we.ShareDoubtful(appointed.watch)),)
    return pendant, effects


# What several of them need.


def _said(pendant: Pendant, content: gm.AboutWatch, changed: WatchKeys, now_s: int, random: Random) -> Step:
    """Keep `changed` and send `content`: saved first, so that nothing was promised that is not kept."""
    if not belongs(content, pendant.kind):
        raise Mistaken("This has no place in a bond of this kind.")
    pendant, kept = _kept(pendant, changed)
    pendant, sent = deposit(pendant, content, now_s, random, by_person=True)
    return pendant, (*kept, *sent)


def _kept(pendant: Pendant, changed: WatchKeys, *told: Effect) -> Step:
    if changed == pendant.keyring.watch:
        return pendant, told
    pendant = pendant.with_keyring(replace(pendant.keyring, watch=_fitting(changed)))
    return pendant, (ev.SaveSlot(pendant.keyring.seal()), *told)


def _fitting(changed: WatchKeys) -> WatchKeys:
    """Return `changed` if a keyring can hold it; raise `Refused` if not."""
    rows = (changed.owned, changed.appointed, changed.seats, changed.reading)
    if max(map(len, rows)) > WATCHES_MAX or len(encode(changed.to_record())) > WATCH_KEYS_BYTES_MAX:
        raise Refused("This bond keeps as many watches as it can. End one of them first.")
    return changed


def _with(pendant: Pendant, *, appointed: Appointed | None = None, seat: Seat | None = None) -> WatchKeys:
    keys = pendant.keyring.watch
    if appointed:
        keys = replace(keys, appointed=put(keys.appointed, appointed))
    if seat:
        keys = replace(keys, seats=put(keys.seats, seat))
    return keys


def _without(pendant: Pendant, watch: bytes) -> WatchKeys:
    keys = pendant.keyring.watch
    return replace(
        keys,
        owned=without(keys.owned, watch),
        appointed=without(keys.appointed, watch),
        seats=without(keys.seats, watch),
        reading=without(keys.reading, watch),
    )


def _appointed(pendant: Pendant, watch: bytes) -> Appointed:
    appointed = pendant.keyring.watch.guardian(watch)
    if appointed is None:
        raise Refused("They were not asked to be a guardian for this watch.")
    return appointed


def _seat(pendant: Pendant, watch: bytes) -> Seat:
    seat = pendant.keyring.watch.seat(watch)
    if seat is None:
        raise Refused("Nobody has asked you to be a guardian for this watch.")
    return seat


def _consented(pendant: Pendant, watch: bytes) -> Seat:
    seat = _seat(pendant, watch)
    if not seat.seed:
        raise Refused("You have not agreed to be a guardian for this watch.")
    return seat
