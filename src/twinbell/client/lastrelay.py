"""What relay and guardians are told of last letters: parts of keys, what is taken back, shares that are over.

Everything is owed first and told afterwards, as often as it takes; `watch.settle` sees to that.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from twinbell.bond import watchevent as we
from twinbell.bond.fate import AtParting
from twinbell.client import last, watch
from twinbell.client.bonds import BondRow
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.client.letters import State
from twinbell.client.watch import Asked, Own

if TYPE_CHECKING:
    from twinbell.client.watchrelay import WatchRelay


def owes(home: Home, own: Own) -> bool:
    """Say whether the relay, or guardians, are still to be told something about letters of this watch."""
    return bool(
        home.vault.one(
            "select 1 from last where watch = ? and "
            "(parcel is not null or drops = 1 or (next is not null and drops = 0 and opened = 0))",
            own.id,
        )
    )


def settle(home: Home, own: Own, asks: "WatchRelay") -> None:
    """Give the relay its parts, and take those back that are no longer needed. Raises what it answers."""
    owner = own.owned.owner
    for row in last.every(home, own.id):
        if row.parcel is not None:
            asks.put_parcel(own.id, owner, row.letter, row.parcel)
            home.vault.run("update last set parcel = null where letter = ?", row.letter)
            reach("last: parcel given")
    _mark_replaced(home, own)
    for row in last.every(home, own.id):
        if row.drops:
            asks.drop_parcel(own.id, owner, row.letter)
            home.vault.run("update last set drops = 2 where letter = ?", row.letter)
    _end_shares(home, own)


def _mark_replaced(home: Home, own: Own) -> None:
    """The old part goes once the new letter is there: until then the old one is all that there is."""
    home.vault.run(
        "update last set drops = 1 where watch = ? and drops = 0 and opened = 0 and exists "
        "(select 1 from last as new join letter on letter.id = new.letter and letter.outgoing = 1 "
        "where new.letter = last.next and new.parcel is null and letter.state = ?)",
        own.id,
        State.SENT.value,
    )


def _end_shares(home: Home, own: Own) -> None:
    """Let guardians forget older shares, once nothing is behind them and the new ones have gone to all."""
    row = home.vault.one("select over from watch where id = ?", own.id)
    epoch = own.owned.epoch
    if row is None or row[0] >= epoch or epoch < 2 or own.bond.parted_s is not None:
        return
    if owes(home, own) or any(row.epoch < epoch for row, _ in last.current(home, own)):
        return
    asked = [each for each in watch.asked(home, own) if each.appointed.share is not None]
    if any(share_waits(home, each) for each in asked):
        return
    with home.vault.transaction():
        for each in watch.asked(home, own):
            if each.appointed.agreed:
                watch.step(home, each.bond, we.SharesOver(own.id, epoch))
        home.vault.run("update watch set over = ? where id = ?", epoch, own.id)


def share_waits(home: Home, asked: Asked) -> bool:
    """Say whether a share has still to go to this guardian's relay."""
    return bool(
        home.vault.one(
            "select 1 from outbox where bond = ? and kind = 'share' and sent_s is null", asked.bond.id
        )
    )


def confirm_shares(home: Home, own: Own) -> None:
    """Let go of the words of shares that their guardians have, as far as they have said what came."""
    for each in watch.asked(home, own):
        if each.appointed.share is None:
            continue
        row = home.vault.one(
            "select n, sent_s from outbox where bond = ? and kind = 'share' order by n desc limit 1",
            each.bond.id,
        )
        upto = max((n for _, n in each.bond.pendant.named), default=-1)
        if row is None or (row[1] is not None and int(row[0]) <= upto):
            with home.vault.transaction():
                watch.step(home, each.bond, we.ShareSafe(own.id))


def opened_by(home: Home, own: Own, fetched: Sequence[bytes]) -> None:
    """Note for which letters the reader has the relay's part: they stay open, and are not sealed again."""
    for letter in fetched:
        home.vault.run("update last set opened = 1 where letter = ? and watch = ?", letter, own.id)


# The end of a bond.


def part_inside(home: Home, bond: BondRow) -> None:
    """Before a bond is ended: let its last letters have the fate that was chosen. Nobody is told.

    Where none is to stay the watch guards nothing any more, and guardians let go of their shares; the relay
    goes on keeping it, unarmed, so that its reader sees nothing of this. Called inside a transaction.
    """
    for own in watch.every(home, rehearsals=True):
        if own.bond.id == bond.id:
            watch.forget_inside(home, own)
            home.vault.run("update rehearsal set ended_s = ? where watch = ?", home.now_s, own.id)
    for own in watch.every(home):
        if own.bond.id != bond.id:
            continue
        stays = False
        for row, _ in last.current(home, own):
            if row.fate.at_parting is AtParting.KEEP and row.epoch != last.HELD:
                stays = True
                continue
            home.vault.run(
                "update last set parcel = null, drops = 1 where letter = ? and epoch > 0", row.letter
            )
        home.vault.run("update watch set owed = 1 where id = ?", own.id)
        if stays:
            continue
        for each in watch.asked(home, own):
            watch.step(home, each.bond, we.GuardianEnded(own.id))
        if own.terms.armed:
            new = replace(own.terms, armed=False, number=own.owned.number + 1)
            watch.put_inside(home, own, new, quietly=True)
