"""What a guardian believes of a watch: terms, signs of life, notes and the stop code, each by itself.

A relay only carries these. Whoever shortens the terms, with the writer's phone in hand or with their key,
waits as long as the old terms would have: here as at the relay, so that no relay is needed for it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from twinbell.bond.guardian import SIGNED_BYTES_MAX, GuardianSeat
from twinbell.bond.watchevent import DuressSeen, SeatTaken, StopSeen, TermsChanged, WatchNews, WatchSeen
from twinbell.bond.watchkeys import Seat
from twinbell.crypto import kdf
from twinbell.crypto.signing import SigningKey
from twinbell.errors import Damaged, Refused, Stale, TwinbellError
from twinbell.wire.life import RECORD_BYTES_MAX, Alive, Note, open_life
from twinbell.wire.signed import Signed
from twinbell.wire.silence import Stage
from twinbell.wire.terms import Change, Terms, change, open_terms

DAY_S = 86_400
_LIFE_BYTES_MAX = RECORD_BYTES_MAX + 128


def check_terms(signed: bytes, watch: bytes, key: bytes) -> Terms:
    """Return the terms in `signed`; raise `Damaged` unless they are this watch's, signed and consented to."""
    terms = open_terms(Signed.parse(signed, bytes_max=SIGNED_BYTES_MAX), watch)
    if terms.key != key:
        raise Damaged("These terms are another watch's.")
    return terms


def terms_of(given: GuardianSeat) -> Terms:
    """Return the terms of a seat, which were checked when it was taken."""
    return Terms.parse(Signed.parse(given.terms, bytes_max=SIGNED_BYTES_MAX).record)


def take_seat(seat: Seat, given: GuardianSeat, now_s: int) -> tuple[Seat, tuple[WatchNews, ...]]:
    """Return the seat with what the writer has given now; the same one where it is older than what is known.

    Raises `Damaged` or `Refused` for terms in which this guardian does not sit as they consented to.
    """
    terms = check_terms(given.terms, given.watch, given.key)
    if terms.rehearsal is not seat.ask.rehearsal:
        raise Refused("What was asked for a rehearsal is good for a rehearsal alone.")
    public = SigningKey(seat.seed).verify_key.raw
    if not any(each.seat == public and each.token == kdf.sha256(given.token) for each in terms.guardians):
        raise Refused("These terms have no seat for this guardian.")
    if seat.given is None:
        return replace(seat, given=given), (SeatTaken(seat.watch),)
    in_force = seat.held(now_s) or seat.given
    held = terms_of(in_force)
    if terms.number == held.number and in_force.terms == given.terms:  # the same terms, perhaps elsewhere
        return replace(seat, given=given, coming=None, coming_s=0), ()
    waiting = seat.coming if seat.coming is not None and now_s < seat.coming_s else None
    if waiting is not None and waiting.terms == given.terms:
        return replace(seat, coming=given), ()
    try:
        stage = Stage.STOPPED if seat.stopped == held.stop else Stage.KEPT
        when = change(held, terms, pending=terms_of(waiting) if waiting else None, stage=stage)
    except Stale:
        return seat, ()
    if when is Change.AT_ONCE:
        return replace(seat, given=given, coming=None, coming_s=0), (TermsChanged(seat.watch, 0),)
    coming_s = now_s + held.wait_s
    return (
        replace(seat, given=in_force, coming=given, coming_s=coming_s),
        (TermsChanged(seat.watch, coming_s),),
    )


def see(
    seat: Seat, seen: WatchSeen, letters: Sequence[bytes], now_s: int
) -> tuple[Seat, tuple[WatchNews, ...]]:
    """Return the seat with what a relay showed, each part only if it is genuine and newer.

    `letters` are the guardian's letter seeds in this bond, to which notes are sealed.
    """
    news: tuple[WatchNews, ...] = ()
    if seat.given is None:
        return seat, news
    if seen.terms:
        with suppress(TwinbellError):  # a relay's word alone: the writer will say it too
            seat, news = take_seat(seat, under(seat.given, seen.terms), now_s)
    given = seat.held(now_s)
    terms = terms_of(given) if given else None
    if terms is None:
        return seat, news
    if seen.stop and seat.stopped != terms.stop and kdf.sha256(seen.stop) == terms.stop:
        seat, news = replace(seat, stopped=terms.stop), (*news, StopSeen(seat.watch))
    if seen.life:
        seat = _with_life(seat, seen.life, terms, now_s)
    if seen.note:
        duress_s = _duress(seen.note, seat.watch, letters, now_s)
        if duress_s > seat.duress_s:
            seat, news = replace(seat, duress_s=duress_s), (*news, DuressSeen(seat.watch))
    return seat, news


def under(given: GuardianSeat, terms: bytes) -> GuardianSeat:
    """Return the seat under other terms."""
    return GuardianSeat(given.relay, given.watch, given.key, given.token, terms)


def _with_life(seat: Seat, data: bytes, terms: Terms, now_s: int) -> Seat:
    try:
        life = open_life(Signed.parse(data, bytes_max=_LIFE_BYTES_MAX), terms)
    except Damaged:
        return seat
    if life.n <= seat.life_n:
        return seat
    away_s = seat.away_s if isinstance(life, Alive) else life.until_s
    # Whoever signed may have had a clock that ran ahead: it is no younger than the day on which it was seen.
    return replace(seat, life_n=life.n, life_s=min(life.n, now_s), away_s=away_s)


def _duress(data: bytes, watch: bytes, letters: Sequence[bytes], now_s: int) -> int:
    """Return when this note says that the person is not free; 0 if it does not, or is not for us."""
    for seed in reversed(letters):
        try:
            note = Note.open_(seed, data, watch)
        except Damaged:
            continue
        return min(note.day * DAY_S, now_s) if note.duress else 0
    return 0
