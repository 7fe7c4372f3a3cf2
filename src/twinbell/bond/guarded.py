"""What the other sent of a watch, and what follows from it for guardian, writer or reader of last letters.

What belongs into another kind of bond is not taken in, and told; so is what does not fit what is known.
Nothing is sent from here.
"""

from collections.abc import Callable
from dataclasses import replace

from twinbell.bond import event as ev
from twinbell.bond import guardian as gm
from twinbell.bond import watchevent as we
from twinbell.bond.pendant import Pendant
from twinbell.bond.watchkeep import (
    appointed_of,
    belongs,
    consented,
    kept,
    with_,
    without_watch,
)
from twinbell.bond.watchkeys import RELEASED_MAX, Appointed, Reading, Seat, put, with_share
from twinbell.bond.writing import Step
from twinbell.crypto import kdf
from twinbell.errors import Damaged, Refused, TwinbellError


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
    return kept(pendant, changed, ev.Tell(we.GuardianWanted(ask)))


def _answer_came(pendant: Pendant, answer: gm.GuardianAnswer, now_s: int) -> Step:
    from twinbell.wire.terms import Guardian

    appointed = appointed_of(pendant, answer.watch)
    if answer.seat is None or answer.consent is None:
        appointed = Appointed(ask=appointed.ask, token=appointed.token, answered=True)
        changed = with_(pendant, appointed=appointed)
        return kept(pendant, changed, ev.Tell(we.GuardianSaid(answer.watch, False)))
    if answer.day < appointed.day:
        return pendant, ()  # it was overtaken
    Guardian(answer.seat, kdf.sha256(appointed.token), answer.consent, answer.day).check(answer.watch)
    appointed = replace(appointed, answered=True, seat=answer.seat, day=answer.day, consent=answer.consent)
    changed = with_(pendant, appointed=appointed)
    return kept(pendant, changed, ev.Tell(we.GuardianSaid(answer.watch, True)))


def _seat_came(pendant: Pendant, given: gm.GuardianSeat, now_s: int) -> Step:
    from twinbell.bond.watchsight import take_seat

    before = consented(pendant, given.watch)
    seat, news = take_seat(before, given, now_s)
    if seat == before:
        return pendant, ()
    return kept(pendant, with_(pendant, seat=seat), *map(ev.Tell, news))


def _share_came(pendant: Pendant, share: gm.Share, now_s: int) -> Step:
    from twinbell.crypto import shares

    seat = consented(pendant, share.watch)
    if shares.threshold(share.words) != share.k:
        raise Damaged("This share is not what it says to be.")
    held = {each.share.epoch: each.share for each in seat.shares}
    if held.get(share.epoch) == share:
        return pendant, ()
    if share.epoch in held:  # whoever has the writer's phone must not be able to spoil what is here
        raise Refused("There is another share of this arming here already.")
    changed = with_(pendant, seat=with_share(seat, share, now_s))
    return kept(pendant, changed, ev.Tell(we.ShareCame(share.watch, share.epoch)))


def _share_over(pendant: Pendant, over: gm.ShareOver, now_s: int) -> Step:
    seat = consented(pendant, over.watch)
    left = tuple(held for held in seat.shares if held.share.epoch >= over.below)
    if left == seat.shares:
        return pendant, ()
    if not left:
        raise Refused("No newer share has come, so the old ones are kept.")
    changed = with_(pendant, seat=replace(seat, shares=left))
    return kept(pendant, changed, ev.Tell(we.SharesGone(over.watch, over.below)))


def _release_came(pendant: Pendant, release: gm.ShareRelease, now_s: int) -> Step:
    from twinbell.crypto import shares

    shares.threshold(release.words)
    keys = pendant.keyring.watch
    if release in keys.released:
        return pendant, ()
    others = [each for each in keys.released if (each.watch, each.epoch) != (release.watch, release.epoch)]
    changed = replace(keys, released=(*others, release)[-RELEASED_MAX:])
    return kept(pendant, changed, ev.Tell(we.ShareArrived(release.watch, release.epoch)))


def _over_came(pendant: Pendant, over: gm.GuardianOver, now_s: int) -> Step:
    changed = without_watch(pendant, over.watch)
    if changed == pendant.keyring.watch:
        return pendant, ()
    return kept(pendant, changed, ev.Tell(we.GuardianGone(over.watch)))


def _done_came(pendant: Pendant, done: gm.GuardianDone, now_s: int) -> Step:
    appointed = pendant.keyring.watch.guardian(done.watch)
    if appointed is None:  # of a rehearsal that is over
        return pendant, ()
    changed = with_(pendant, appointed=replace(appointed, done_day=max(done.day, appointed.done_day)))
    return kept(pendant, changed, ev.Tell(we.GuardianRehearsed(done.watch, done.day)))


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
    return kept(pendant, changed, ev.Tell(we.ReaderSeated(seat.watch, seat.guardians, terms.rehearsal)))


def _rehearsed_came(pendant: Pendant, content: gm.Rehearsed, now_s: int) -> Step:
    if pendant.keyring.watch.of(content.watch) is None:  # it is over, and was read once more
        return pendant, ()
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
