"""Looking at watches at which this home has a seat: when their relay rings, and about once a day without.

    ring        an envelope of the relay's own came: the watch wants looking at
    look_around the seats that are due: hang the doorbell, bring a guardian's answer, see, tell

A relay that does not answer is asked again in an hour and holds up nothing: what a guardian knows lies in
their keyring, and what the relay says is believed as far as it is signed (`bond/watchsight.py`).
"""

import random
from typing import TYPE_CHECKING

from twinbell.client import bonds, events, seats
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.client.seats import Place, SeatRow
from twinbell.errors import NotFound, NotYet, Refused, Stale, TwinbellError, Unauthorised, Unreachable
from twinbell.wire.limits import ID_BYTES
from twinbell.wire.silence import Answer, Stage

if TYPE_CHECKING:
    from twinbell.bond.pendant import Pendant
    from twinbell.bond.watchkeys import Seat
    from twinbell.client.watchrelay import WatchRelay
    from twinbell.wire.signed import Signed
    from twinbell.wire.watchview import View

DAY_S = 86_400
AGAIN_S = 3_600
OVER_S = 30 * DAY_S  # a rehearsal that is over is nothing to look at
CONSENT_DAYS = 365  # after that a guardian is asked whether they still want to be one
ASKS = (Stage.ASKING, Stage.VETO)


def ring(home: Home, envelope: bytes) -> bool:
    """Note a doorbell, and tell whether this envelope is one. Called inside a transaction.

    It may hang at the inbox of another bond than the watch's, where only that lies at the relay.
    """
    from twinbell.wire.watch import doorbell

    watch = envelope[1 : 1 + ID_BYTES]
    if envelope != doorbell(watch):
        return False
    home.vault.run("update seat set due_s = 0 where watch = ?", watch)
    return True


def look_around(home: Home) -> None:
    """Look at each watch that is due. Never raises for what a relay answers, or does not."""
    for row in seats.every(home.vault, due_by_s=home.now_s):
        look(home, row)


def look(home: Home, row: SeatRow) -> None:
    """Look at one watch, and keep and tell what came of it; a refusal is kept in its row."""
    pendant = bonds.get(home.vault, row.bond).pendant
    place = seats.place_of(pendant, row, home.now_s)
    if place is None:
        return
    try:
        relay = home.watch_relay(place.relay)
        _hang(home, row, place, pendant, relay)
        view = relay.look(row.watch, place.token)
        with home.vault.transaction():
            fresh = seats.get(home.vault, row.bond, row.watch)
            if fresh is not None:
                _saw(home, fresh, view, rang=row.due_s == 0)
        reach("watch: looked")
        bring_answer(home, row.bond, row.watch)
    except TwinbellError as refusal:
        home.vault.run(
            "update seat set refusal = ?, due_s = ? where bond = ? and watch = ?",
            str(refusal),
            home.now_s + (OVER_S if _is_over(row, refusal) else AGAIN_S),
            row.bond,
            row.watch,
        )


def _is_over(row: SeatRow, refusal: TwinbellError) -> bool:
    """Say whether this was a rehearsal that its relay kept, and keeps no longer."""
    from twinbell.wire.terms import Terms

    view = row.view
    gone = isinstance(refusal, Unauthorised)
    return gone and view is not None and Terms.parse(view.terms.record).rehearsal


def _hang(home: Home, row: SeatRow, place: Place, pendant: "Pendant", relay: "WatchRelay") -> None:
    """Tell the relay where to ring, unless it knows; there need not be an inbox of ours at that relay."""
    from twinbell.crypto import kdf
    from twinbell.wire.watch import Doorbell

    others = (bond.pendant for bond in bonds.every(home.vault) if bond.parted_s is None)
    for each in (pendant, *others):
        keyring = each.keyring
        if keyring.relay != place.relay:
            continue
        hung = kdf.sha256(keyring.box + keyring.deposit_self)
        if hung == row.doorbell:
            return
        try:
            relay.put_doorbell(row.watch, place.token, Doorbell(keyring.box, keyring.deposit_self))
        except Unreachable:
            raise
        except Refused:  # without one we look once a day
            return
        home.vault.run("update seat set doorbell = ? where bond = ? and watch = ?", hung, row.bond, row.watch)
        return


def bring_answer(home: Home, bond: bytes, watch: bytes) -> bool:
    """Bring a guardian's answer to the relay, where one waits to go; say whether it was asked for there."""
    from twinbell.wire.watch import vote_of

    for _ in range(2):
        row, pendant = seats.get(home.vault, bond, watch), bonds.get(home.vault, bond).pendant
        place = seats.place_of(pendant, row, home.now_s) if row else None
        if row is None or row.ballot is None or place is None:
            return False
        try:
            home.watch_relay(place.relay).vote(watch, place.token, vote_of(row.ballot))
        except (NotYet, NotFound):  # nobody asks: what was said is kept here alone
            _gone(home, row, row.ballot)
            return False
        except Stale as stale:
            _sign_above(home, row, pendant, stale.newest or 0)
        else:
            _gone(home, row, row.ballot)
            reach("watch: answered")
            return True
    raise Unreachable("The relay did not take this answer.")


def _gone(home: Home, row: SeatRow, ballot: bytes) -> None:
    home.vault.run(
        "update seat set ballot = null where bond = ? and watch = ? and ballot = ?",
        row.bond,
        row.watch,
        ballot,
    )


def _sign_above(home: Home, row: SeatRow, pendant: "Pendant", newest: int) -> None:
    """Sign the answer that waits under a number that the relay takes."""
    seat = pendant.keyring.watch.seat(row.watch)
    with home.vault.transaction():
        fresh = seats.get(home.vault, row.bond, row.watch)
        if fresh and seat and fresh.answer and fresh.ballot == row.ballot:
            sign(home, fresh, seat, fresh.answer, above=newest)


def sign(home: Home, row: SeatRow, seat: "Seat", answer: Answer, *, above: int = 0) -> None:
    """Keep a guardian's answer, signed, to be brought to the relay at the next look, which is due.

    Called inside a transaction.
    """
    from twinbell.bond.watchsight import terms_of
    from twinbell.crypto.signing import SigningKey
    from twinbell.wire.life import next_n
    from twinbell.wire.terms import Terms
    from twinbell.wire.watch import Ballot

    key, view = SigningKey(seat.seed), row.view
    given = seat.held(home.now_s)
    assert given is not None
    terms = Terms.parse(view.terms.record) if view else terms_of(given)
    n = next_n(home.now_s, max(row.ballot_n, above))
    ballot = Ballot(watch=row.watch, epoch=terms.epoch, seat=key.verify_key.raw, answer=answer, n=n)
    home.vault.run(
        "update seat set ballot = ?, ballot_n = ?, due_s = 0 where bond = ? and watch = ?",
        ballot.sign(key).to_bytes(),
        n,
        row.bond,
        row.watch,
    )


def _saw(home: Home, row: SeatRow, view: "View", *, rang: bool) -> None:
    """Keep and tell what a look has shown. Called inside a transaction."""
    from twinbell.wire.terms import Terms

    terms = Terms.parse(view.terms.record)
    told: dict[str, object] = {"asked": row.asked, "answer": row.answer, "consent_told": row.consent_told}
    if not row.reader:
        told |= _guardian_saw(home, row, view, rehearsal=terms.rehearsal, rang=rang)
    if view.stage is not row.stage:
        _tell_stage(home, row, view.stage, rehearsal=terms.rehearsal)
    home.vault.run(
        "update seat set view = ?, looked_s = ?, due_s = ?, refusal = null, stage = ?, asked = ?, "
        "answer = ?6, ballot = iif(?6 is null, null, ballot), consent_told = ? where bond = ? and watch = ?",
        view.to_bytes(),
        home.now_s,
        home.now_s + _wait_s(terms.unit_s),
        view.stage.value,
        told["asked"],
        told["answer"],
        told["consent_told"],
        row.bond,
        row.watch,
    )


def _wait_s(unit_s: int) -> int:
    """Return when to look again though nobody rings: not for all homes at the same second."""
    return unit_s if unit_s < DAY_S else int(DAY_S * random.uniform(0.75, 1.25))  # noqa: S311


def _guardian_saw(
    home: Home, row: SeatRow, view: "View", *, rehearsal: bool, rang: bool
) -> dict[str, object]:
    """Give the rules what is signed, tell a question, and return what is known of question and answer."""
    from twinbell.crypto.signing import SigningKey

    seat = _believed(home, row, view)
    asked, answer, consent_told = row.asked, row.answer, row.consent_told
    if answer and (seat.life_s > row.said_s or (row.view and _epoch(row.view) != _epoch(view))):
        answer = None  # they have been heard from since
    is_asked = view.stage in ASKS and SigningKey(seat.seed).verify_key.raw in view.asked
    question = view.marks.asking or 0
    if is_asked and (asked != question or (rang and answer is None)):
        if asked != question:
            answer = None
        asked = question
        _tell(home, row, "asked", rehearsal=rehearsal)
    elif asked and view.stage in (Stage.KEPT, Stage.LATE):
        asked, answer = 0, None
    today = home.now_s // DAY_S
    if today - seat.consent_day >= CONSENT_DAYS and consent_told != seat.consent_day:
        consent_told = seat.consent_day
        _tell(home, row, "consent-due")
    return {"asked": asked, "answer": answer.value if answer else None, "consent_told": consent_told}


def _epoch(view: "View") -> int:
    from twinbell.wire.terms import Terms

    return Terms.parse(view.terms.record).epoch


def _believed(home: Home, row: SeatRow, view: "View") -> "Seat":
    """Return the guardian's seat after the rules have seen what a relay showed."""
    from twinbell.bond.watchevent import WatchSeen
    from twinbell.client import journal

    pendant = bonds.get(home.vault, row.bond).pendant
    seat = pendant.keyring.watch.seat(row.watch)
    assert seat is not None
    known = {given.terms for given in (seat.given, seat.coming) if given}
    shown = [view.terms, *([view.pending.terms] if view.pending else [])]
    seen = [WatchSeen(row.watch, terms=terms) for each in shown if (terms := each.to_bytes()) not in known]
    seen.append(WatchSeen(row.watch, life=_bytes(view.life), note=view.note, stop=view.stop))
    seen.append(WatchSeen(row.watch, life=_bytes(view.away)))
    for event in seen:
        journal.step_inside(home, bonds.get(home.vault, row.bond), event)
    after = bonds.get(home.vault, row.bond).pendant.keyring.watch.seat(row.watch)
    assert after is not None
    return after


def _bytes(signed: "Signed | None") -> bytes:
    return signed.to_bytes() if signed else b""


def _tell_stage(home: Home, row: SeatRow, stage: Stage, *, rehearsal: bool) -> None:
    """Tell what the person has to know of a new stage; a question to a guardian is told by itself."""
    match stage:
        case Stage.SILENT:
            _tell(home, row, "silent" if row.reader else "help-wanted", rehearsal=rehearsal)
        case Stage.RETURNED | Stage.KEPT if row.stage in (*ASKS, Stage.SILENT):
            if not row.reader or row.stage is Stage.SILENT:  # the reader was told nothing before that
                _tell(home, row, "returned", rehearsal=rehearsal)
        case Stage.STOPPED if row.reader:
            _tell(home, row, "stopped")  # a guardian's rules have seen the code, and tell it


def _tell(home: Home, row: SeatRow, kind: str, **facts: object) -> None:
    bond = bonds.get(home.vault, row.bond)
    events.add(home.vault, kind, at_s=home.now_s, bond=bond.id, peer=bond.peer, **facts)
