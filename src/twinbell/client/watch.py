"""A watch of one's own: made, given guardians, put under other terms, kept in step with its relay.

    create     a key, tokens, a stop code; terms without guardians, which guard nothing yet
    invite     guardians are asked, each in their own bond
    gather     who said yes comes into the terms, until the watch is armed for the first time
    change     other terms: at once where they are stricter, else after the wait
    settle     what the relay has not been told yet

What a watch is lies in the keyring of its bond, the newest signed terms too; every change is saved together
with what guardians and reader are told of it, and the relay is told afterwards, as often as it takes. Arming
is in `arming`, signs of life in `alive`, last letters in `last`.
"""

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinbell.bond import guardian as gm
from twinbell.bond import watchevent as we
from twinbell.bond.bundle import Kind
from twinbell.bond.watchkeys import Appointed, Owned
from twinbell.client import bonds, journal
from twinbell.client.bonds import BondRow
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.crypto import kdf
from twinbell.crypto.signing import SigningKey
from twinbell.errors import Mistaken, NotFound, Refused, TwinbellError, Unauthorised
from twinbell.wire import terms as rules
from twinbell.wire.limits import WATCH_TERMS_BYTES_MAX, WATCH_UNIT_S
from twinbell.wire.signed import Signed
from twinbell.wire.silence import OVER
from twinbell.wire.terms import STOP_BYTES, Change, Guardian, Terms, watch_id
from twinbell.wire.watchview import View

if TYPE_CHECKING:
    from twinbell.bond.event import Event
    from twinbell.client.watchrelay import WatchRelay

SIGNED_BYTES_MAX = WATCH_TERMS_BYTES_MAX + 128
DAY_S = 86_400
CONSENT_DAYS = 365  # then a guardian is asked again whether they still want to be one


@dataclass(frozen=True, slots=True)
class Own:
    """A watch of one's own, as it was when it was read."""

    bond: BondRow
    owned: Owned

    @property
    def id(self) -> bytes:
        return self.owned.watch

    @property
    def key(self) -> SigningKey:
        return SigningKey(self.owned.seed)

    @property
    def signed(self) -> Signed:
        """The newest terms, whether they hold yet or not."""
        return Signed.parse(self.owned.terms, bytes_max=SIGNED_BYTES_MAX)

    @property
    def terms(self) -> Terms:
        return Terms.parse(self.signed.record)


@dataclass(frozen=True, slots=True)
class Asked:
    """One who was asked to be a guardian, and the bond with them."""

    bond: BondRow
    appointed: Appointed

    @property
    def consent(self) -> Guardian | None:
        """Their seat in the terms, once they have said yes."""
        each = self.appointed
        if not each.agreed:
            return None
        return Guardian(each.seat, kdf.sha256(each.token), each.consent, each.day)

    def is_old(self, now_s: int) -> bool:
        """Whether their consent is more than a year old."""
        return self.appointed.agreed and now_s // DAY_S - self.appointed.day > CONSENT_DAYS


def every(home: Home, *, rehearsals: bool = False) -> list[Own]:
    """Return the watches of this home, also of bonds that were ended."""
    return [
        Own(bond, owned)
        for bond in bonds.every(home.vault)
        for owned in bond.pendant.keyring.watch.owned
        if owned.rehearsal is rehearsals
    ]


def of(home: Home, bond: BondRow) -> Own:
    """Return the watch of a bond; raise `NotFound` where there is none."""
    for own in every(home):
        if own.bond.id == bond.id:
            return own
    raise NotFound(f"You have no watch for {bond.peer}.", hint="`twinbell watch set` is how one begins.")


def again(home: Home, own: Own) -> Own:
    """Return the watch as it is now."""
    bond = bonds.get(home.vault, own.bond.id)
    owned = bond.pendant.keyring.watch.of(own.id)
    if owned is None:
        raise NotFound("There is no such watch here any more.")
    return Own(bond, owned)


def asked(home: Home, own: Own) -> list[Asked]:
    """Return everybody who was asked to be a guardian, in the order of their bonds."""
    found = ((bond, bond.pendant.keyring.watch.guardian(own.id)) for bond in bonds.every(home.vault))
    return [Asked(bond, appointed) for bond, appointed in found if appointed and bond.parted_s is None]


def create(
    home: Home,
    bond: BondRow,
    *,
    zone: str,
    k: int,
    every: int = rules.EVERY,
    grace: int = rules.GRACE,
    veto: int = rules.VETO,
    unit_s: int = WATCH_UNIT_S,
    rehearsal: bool = False,
) -> Own:
    """Begin a watch for the last letters to the other one of this bond. It guards nothing before arming."""
    bonds.check_living(bond)
    if bond.pendant.kind is not Kind.PAIR:
        raise Mistaken("A watch belongs to the bond with the one whom the letters are for.")
    key = SigningKey.generate()
    owner, reader = secrets.token_bytes(32), secrets.token_bytes(32)
    code = secrets.token_bytes(STOP_BYTES)
    terms = Terms(
        key=key.verify_key.raw, number=1, epoch=0, unit_s=unit_s, every=every, grace=grace, veto=veto,
        zone=zone, k=k, guardians=(), reader=kdf.sha256(reader), owner=kdf.sha256(owner),
        stop=kdf.sha256(code), armed=False, rehearsal=rehearsal,
    )  # fmt: skip
    owned = Owned(
        watch=watch_id(terms.key), seed=key.seed, owner=owner, reader=reader, stop=terms.stop,
        rehearsal=rehearsal, number=1, terms=terms.sign(key).to_bytes(),
    )  # fmt: skip
    with home.vault.transaction():
        step(home, bond, we.WatchKept(owned))
        home.vault.run("insert into watch (id, bond, stop) values (?, ?, ?)", owned.watch, bond.id, code)
    reach("watch: saved")
    return again(home, Own(bond, owned))


def adopt(home: Home) -> None:
    """Know again the watches that paper brought back: their rows here are gone with the old device."""
    for own in every(home) + every(home, rehearsals=True):
        if own.bond.parted_s is not None:
            continue
        home.vault.run(
            "insert into watch (id, bond, n) values (?, ?, ?) on conflict do nothing",
            own.id,
            own.bond.id,
            own.owned.life_n,
        )


def invite(home: Home, own: Own, guardian: BondRow) -> None:
    """Ask somebody to be a guardian: in a bond of that kind, and before they know anything else."""
    bonds.check_living(guardian)
    if guardian.pendant.kind is not Kind.GUARDIAN:
        raise Mistaken(
            f"Your bond with {guardian.peer} is not one with a guardian.",
            hint="A guardian has a bond of their own with you: `twinbell bell give --guardian`.",
        )
    terms = own.terms
    ask = gm.GuardianAsk(
        watch=own.id,
        every=terms.every,
        grace=terms.grace,
        veto=terms.veto,
        reader=own.bond.peer,
        relay=own.bond.relay,
        rehearsal=own.owned.rehearsal,
    )
    with home.vault.transaction():
        step(home, guardian, we.GuardianAsked(ask))


def dismiss(home: Home, own: Own, guardian: BondRow) -> Own:
    """End the guardianship of one: their seat and their shares go. What is armed loses one who can help."""
    found = next((each for each in asked(home, own) if each.bond.id == guardian.id), None)
    if found is None:
        raise NotFound(f"{guardian.peer} was not asked to be a guardian of this watch.")
    left = tuple(each for each in own.terms.guardians if each.seat != found.appointed.seat)
    if left != own.terms.guardians:
        if own.owned.epoch and len(left) < own.terms.k:
            raise Refused(
                f"Without {guardian.peer} there would be fewer guardians than you need.",
                hint="Ask another one first, then arm anew.",
            )
        few = len(left) < own.terms.k or (own.terms.k == 1 and len(left) != 1)
        change(home, own, replace(own.terms, guardians=() if few else left))
    with home.vault.transaction():
        step(home, guardian, we.GuardianEnded(own.id))
    return again(home, own)


def consents(home: Home, own: Own) -> tuple[Guardian, ...]:
    """Return the seats of those who said yes."""
    return tuple(each.consent for each in asked(home, own) if each.consent)


def gather(home: Home, own: Own) -> Own:
    """Take those who said yes into the terms, before the first arming; later, arming anew does that."""
    said = consents(home, own)
    if own.owned.epoch or own.bond.parted_s is not None or said == own.terms.guardians:
        return own
    if len(said) < own.terms.k or (own.terms.k == 1 and len(said) != 1):
        return own
    change(home, own, replace(own.terms, guardians=said))
    return again(home, own)


def change(home: Home, own: Own, new: Terms) -> Change:
    """Put the watch under new terms, whatever their number, and say when they hold.

    The relay is asked first how things are, so that what it would refuse is refused before anybody is told.
    """
    new, when = judged(look(home, own), new, known=own.owned.number)
    with home.vault.transaction():
        put_inside(home, again(home, own), new)
    reach("watch: terms saved")
    settle(home, again(home, own))
    return when


def judged(view: View, new: Terms, *, known: int) -> tuple[Terms, Change]:
    """Return new terms with the number that is due, and when they would hold; raise what refuses them.

    `known` is the newest number that anybody was told, also of terms that never came into force.
    """
    held = Terms.parse(view.terms.record)
    pending = Terms.parse(view.pending.terms.record) if view.pending else None
    number = max(held.number, pending.number if pending else 0, known) + 1
    new = replace(new, number=max(number, new.epoch))
    return new, rules.change(held, new, pending=pending, stage=view.stage)


def put_inside(home: Home, own: Own, terms: Terms, *, quietly: bool = False, **changes: object) -> None:
    """Save new terms, and what guardians and reader are told of them, inside the caller's transaction.

    `changes` are fields of `Owned` that change with them. `quietly` tells nobody.
    """
    signed = terms.sign(own.key).to_bytes()
    owned = replace(own.owned, terms=signed, number=terms.number, stop=terms.stop, **changes)  # type: ignore[arg-type]
    step(home, own.bond, we.WatchKept(owned))
    home.vault.run("update watch set owed = 1 where id = ?", own.id)
    if quietly:
        return
    seats = {guardian.seat for guardian in terms.guardians}
    names = []
    for each in asked(home, own):
        if each.appointed.seat in seats:
            names.append(each.bond.peer)
            step(home, each.bond, we.SeatGiven(own.bond.relay, own.id, terms.key, signed))
    if names:
        seat = gm.ReaderSeat(
            relay=own.bond.relay,
            watch=own.id,
            key=terms.key,
            token=owned.reader,
            terms=signed,
            guardians=tuple(names),
        )
        step(home, own.bond, we.ReaderNamed(seat))


def end(home: Home, own: Own) -> None:
    """End a watch: its relay forgets it with all that it holds, guardians let go of seat and shares."""
    from twinbell.client import rehearsal

    relay(home, own).end(own.id, own.owned.owner)
    if rehearsal.find(home, own):
        rehearsal.over(home, own)
    with home.vault.transaction():
        forget_inside(home, own)


def forget_inside(home: Home, own: Own) -> None:
    """Let go of a watch that its relay does not keep, inside the caller's transaction.

    Letters that waited for a first arming stay where they are, and go to nobody.
    """
    for each in asked(home, own):
        step(home, each.bond, we.GuardianEnded(own.id))
    if own.bond.parted_s is None:
        step(home, own.bond, we.WatchForgotten(own.id))
    home.vault.run("delete from last where watch = ? and epoch > 0", own.id)
    home.vault.run("delete from watch where id = ?", own.id)


# The relay.


def relay(home: Home, own: Own) -> "WatchRelay":
    """Return the relay that keeps this watch: the one of its bond's inbox."""
    return home.watch_relay(own.bond.relay)


def look(home: Home, own: Own) -> View:
    """Return the watch as its relay has it now; give it what it has lost, as after an older backup.

    A watch that is over takes nothing but an arming anew: what waited to come into force ended with it.
    """
    asks, owner = relay(home, own), own.owned.owner
    try:
        view = asks.look(own.id, owner)
        held = Terms.parse((view.pending.terms if view.pending else view.terms).record)
        if held.number >= own.owned.number or (view.stage in OVER and held.epoch >= own.terms.epoch):
            return view
    except Unauthorised:
        pass
    asks.put_terms(own.id, owner, own.signed)
    return asks.look(own.id, owner)


def settle(home: Home, own: Own) -> None:
    """Tell the relay what it has not been told: terms, parts of keys, what is to be taken back.

    Raises what it answers; what it was not told stays owed.
    """
    from twinbell.client import lastrelay

    row = home.vault.one("select taken from watch where id = ?", own.id)
    if row is None:
        return
    asks = relay(home, own)
    if row[0] < own.owned.number:
        asks.put_terms(own.id, own.owned.owner, own.signed)
        home.vault.run("update watch set taken = ? where id = ?", own.owned.number, own.id)
        reach("watch: terms taken")
    lastrelay.settle(home, own, asks)
    with home.vault.transaction():
        if not lastrelay.owes(home, own) and again(home, own).owned.number == own.owned.number:
            home.vault.run("update watch set owed = 0 where id = ?", own.id)
            if own.bond.parted_s is not None and not own.terms.armed:
                home.vault.run("delete from watch where id = ?", own.id)  # it guards nothing any more


def settle_all(home: Home) -> TwinbellError | None:
    """Settle every watch for which something is owed; return the first refusal instead of raising it."""
    refusal: TwinbellError | None = None
    owed = {row[0] for row in home.vault.all("select id from watch where owed = 1")}
    for own in every(home) + every(home, rehearsals=True):
        if own.id in owed:
            try:
                settle(home, own)
            except TwinbellError as error:
                refusal = refusal or error
    return refusal


def step(home: Home, bond: BondRow, event: "Event") -> None:
    """Let a bond take a step, inside the caller's transaction."""
    journal.step_inside(home, bonds.get(home.vault, bond.id), event)
