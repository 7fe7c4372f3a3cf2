"""A rehearsal of a watch: silence that is played in seconds, and a letter that says what it is.

    begin      a watch of its own, in seconds; the guardians of the real one are asked whether they take part
    advance    as far as it goes now: fall silent, look how it stands, note that it was done
    over       end it before it is done

It has its own key, tokens, shares and letter, so whatever becomes of it, the real watch is as it was. The
silence begins once the guardians have answered, and lasts as long as they take: guardians are asked until as
many as are needed have said no, and what is released opens the letter whenever its reader comes. It is done
when the reader shows that they have read it, for which as many guardians as are needed must have helped. How
it stands is in `rehearsing`.
"""

import secrets
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING

from twinbell.bond.fate import Fate
from twinbell.client import arming, chains, channels, folder, last, mail, watch
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.client.watch import Own
from twinbell.crypto import words
from twinbell.errors import NotFound, Refused, TwinbellError
from twinbell.wire.watch import AppriseChannel, Channels

if TYPE_CHECKING:
    from twinbell.bond.watchevent import RehearsalOpened
    from twinbell.client.letters import LetterRow
    from twinbell.client.rehearsing import Rehearsal

DAY_S = 86_400
UNIT_S, EVERY, GRACE = 5, 2, 2
VETO = EVERY + GRACE  # so who got their share before they answered has held it for long enough at its end
WITHOUT_S = DAY_S  # who has not answered by then is not waited for, where there are enough others

SUBJECT = "Rehearsal"
TEXT = """\
This is a rehearsal. {writer} is well, and wrote this to see that what was planned
would work: that you can open a last letter once guardians help.

You have opened it, so it works. {writer} is told that you have, and there is
nothing more to do.

The words of this rehearsal are {words}.
"""


def find(home: Home, real: Own) -> Own | None:
    """Return the rehearsal of this watch that goes on."""
    for own in watch.every(home, rehearsals=True):
        if own.bond.id == real.bond.id and _row(home, own):
            return own
    return None


def begin(home: Home, real: Own, *, unit_s: int = UNIT_S) -> Own:
    """Begin a rehearsal, unless one goes on, and ask the guardians; `mail.send` sees to the rest.

    Raises `Refused` with what is missing before there is anything to rehearse.
    """
    with _alone(home):
        own = find(home, real) or _made(home, real, unit_s)
        _ask(home, real, own)
    return watch.again(home, own)


def _made(home: Home, real: Own, unit_s: int) -> Own:
    if missing := arming.lacks_to_rehearse(home, real):
        raise Refused("This watch can't be rehearsed yet. " + " ".join(missing))
    for own in watch.every(home, rehearsals=True):
        if own.bond.id == real.bond.id:  # a crash left it, or paper brought it back without its letter
            _end(home, own)
    own = watch.create(
        home, real.bond, zone=real.terms.zone, k=real.terms.k,
        every=EVERY, grace=GRACE, veto=VETO, unit_s=unit_s, rehearsal=True,
    )  # fmt: skip
    with home.vault.transaction():
        home.vault.run(
            "insert into rehearsal (watch, bond, begun_s) values (?, ?, ?)", own.id, own.bond.id, home.now_s
        )
        # The relay keeps it for a week, which begins with the silence and not while guardians are asked.
        home.vault.run("update watch set owed = 0 where id = ?", own.id)
    reach("rehearsal: begun")
    return own


def advance(home: Home, real: Own, *, now: bool = False) -> "Rehearsal":
    """Fetch what has come, go on as far as it goes, and return how the rehearsal stands.

    `now` begins the silence without guardians who have not answered, where there are enough others. What
    stands in the way, as a relay that does not answer, is part of the answer. A rehearsal that is done, or
    that its relay keeps no longer, is ended by this, and returned as it was.
    """
    left = mail.catch_up(home)
    with _alone(home):
        own = find(home, real)
        if own is None:
            raise NotFound("No rehearsal goes on.", hint="`twinbell rehearse` begins one.")
        refusal = left.reason
        try:
            _ask(home, real, own)
            if own.owned.epoch == 0 and is_ready(home, own, now=now):
                _fall_silent(home, real, own)
            elif own.owned.epoch:
                _mend(home, own)
        except TwinbellError as error:
            refusal = str(error)
        found = _looked(home, real, watch.again(home, own), refusal)
    mail.send(home)
    return found


def _looked(home: Home, real: Own, own: Own, refusal: str) -> "Rehearsal":
    """Return how the rehearsal stands; note that it is done, and end what is over."""
    from twinbell.client import rehearsing

    found = rehearsing.status(home, own, refusal=refusal)
    if found.state is rehearsing.State.DONE:
        arming.rehearsed(home, watch.again(home, real), home.now_s // DAY_S)
        reach("rehearsal: done")
    if found.state in (rehearsing.State.DONE, rehearsing.State.LAPSED):
        _end(home, own)
    return found


def over(home: Home, real: Own) -> None:
    """End the rehearsal of this watch, done or not; guardians are told."""
    with _alone(home):
        own = find(home, real)
        if own is None:
            raise NotFound("No rehearsal goes on.")
        _end(home, own)


def _alone(home: Home) -> AbstractContextManager[bool]:
    """Let no other command begin a second one meanwhile, or arm this one twice."""
    return folder.lock(home.path, "rehearsal.lock")


def is_ready(home: Home, own: Own, *, now: bool) -> bool:
    """Say whether the silence may begin: all have answered, or enough have and others took long."""
    asked = watch.asked(home, own)
    taking_part = sum(each.appointed.agreed for each in asked)
    if taking_part < own.terms.k or (own.terms.k == 1 and taking_part > 1):
        return False
    row = _row(home, own)
    waited = row is not None and home.now_s - row[0] >= WITHOUT_S
    return now or waited or all(each.appointed.answered for each in asked)


def letter(home: Home, own: Own) -> "LetterRow | None":
    """Return the letter of this rehearsal."""
    return next((sealed for _, sealed in last.current(home, own)), None)


def was_read(home: Home, own: Own) -> bool:
    """Say whether its reader has shown that they have read the letter: by what only the letter says."""
    from twinbell.client import opened, reader

    row, sealed = _row(home, own), letter(home, own)
    if row is None or row[1] is None or sealed is None:
        return False
    _, found = opened.open_letter(home, sealed, counts=False)
    return secrets.compare_digest(reader.proof_of(found.mail.text), row[1])


def read_inside(home: Home, what: "RehearsalOpened") -> None:
    """Keep what a reader sent to show that they have read the letter, inside the caller's transaction."""
    home.vault.run("update rehearsal set proof = ? where watch = ?", what.proof, what.watch)


def _ask(home: Home, real: Own, own: Own) -> None:
    """Ask each guardian of the real watch once; after a crash, those who were not asked yet."""
    asked = {each.bond.id for each in watch.asked(home, own)}
    for each in watch.asked(home, real):
        if each.appointed.agreed and each.bond.id not in asked and not own.owned.epoch:
            watch.invite(home, own, each.bond)


def _fall_silent(home: Home, real: Own, own: Own) -> None:
    watch.settle(home, own)
    ways = tuple(AppriseChannel(each.name, each.url) for each in _proven(home, real))
    watch.relay(home, own).put_channels(own.id, own.owned.owner, Channels(ways))
    if letter(home, own) is None:
        _write(home, own)
    arming.arm_now(home, watch.again(home, own))


def _proven(home: Home, real: Own) -> "list[channels.Reminded]":
    return [each for each in channels.every(home, real) if each.accepted_s]


def _write(home: Home, own: Own) -> None:
    """Seal the letter, which waits for the arming that comes next."""
    from twinbell.client import wish

    floor = wish.parse(last.FLOOR, now_s=home.clock.wall_s(), zone=own.terms.zone)
    text = TEXT.format(writer=own.bond.me, words=" ".join(words.spoken()))
    kept = chains.to_lock_with(home, own.bond.relay)
    last.write(home, own, floor=floor, kept=kept, fate=Fate(), subject=SUBJECT, text=text)


def _mend(home: Home, own: Own) -> None:
    """Make good what a crash left between the arming and its letter."""
    if any(row.epoch < own.owned.epoch for row, _ in last.current(home, own)):
        last.reseal(home, own)
        mail.send(home)


def _end(home: Home, own: Own) -> None:
    """Let go of a rehearsal. The relay forgets it by itself, if it can't be told."""
    with suppress(TwinbellError):
        watch.relay(home, own).end(own.id, own.owned.owner)
    for row, sealed in last.current(home, own):
        if row.epoch == last.HELD:
            last.forget(home, sealed)
    with home.vault.transaction():
        watch.forget_inside(home, own)
        home.vault.run("update rehearsal set ended_s = ? where watch = ?", home.now_s, own.id)
    reach("rehearsal: ended")


def _row(home: Home, own: Own) -> tuple[int, bytes | None] | None:
    """Return when a rehearsal that goes on was begun, and what its reader sent."""
    row = home.vault.one("select begun_s, proof from rehearsal where watch = ? and ended_s is null", own.id)
    return (row[0], row[1]) if row else None


def begun_s(home: Home, own: Own) -> int:
    """Return when this rehearsal was begun."""
    row = _row(home, own)
    return row[0] if row else 0
