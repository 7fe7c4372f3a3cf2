"""The bonds of a home: found by name, begun by a bell, renamed, verified.

The pendant of a bond changes by `journal.step` alone, which saves it together with what follows from it.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from twinbell.bond.frozen import Frozen
from twinbell.client.home import Home
from twinbell.client.vault import Row, Vault
from twinbell.errors import Mistaken, NotFound, Refused

if TYPE_CHECKING:  # a list of bonds needs none of these, and each costs its milliseconds
    from twinbell.bond.about import About, Portrait
    from twinbell.bond.bell import Joined
    from twinbell.bond.event import Event
    from twinbell.bond.keys import Device, Keyring, Page, Root
    from twinbell.bond.pendant import Pendant

NAME_LENGTH_MAX = 64
DAY_MINUTES = 24 * 60
ID_DIGITS_MIN = 4
PAIR = "pair"
GUARDIAN = "guardian"

_COLUMNS = (
    "id, me, peer, relay, pendant, since_s, verified, kit_confirmed_s, cursor, acknowledged, ticked_s, "
    "quiet_from, quiet_to, parted_s, kind"
)


class BondRow(Frozen):
    """A bond as the vault has it."""

    id: bytes
    me: str
    peer: str
    relay: str
    pendant_bytes: bytes
    since_s: int
    verified: bool
    kit_confirmed_s: int | None
    cursor: int
    acknowledged: int
    ticked_s: int
    quiet_from: int  # minutes of this machine's day; equal to `quiet_to`: never quiet
    quiet_to: int
    parted_s: int | None
    kind: str  # "pair" or "guardian", as `bond.bundle.Kind` has it

    @property
    def short(self) -> str:
        """The name of the bond as commands print it: the first 16 of its 64 digits, as in signatures."""
        return self.id.hex()[:16]

    @cached_property
    def pendant(self) -> "Pendant":
        """The pendant, as it was when this row was read."""
        from twinbell.bond.pendant import Pendant

        return Pendant.from_bytes(self.pendant_bytes)

    @property
    def bits(self) -> bytes:
        """The 66 bits of words and picture."""
        return self.pendant.bond.words

    @property
    def words(self) -> list[str]:
        """The six words that both compare."""
        from twinbell.crypto import words

        return list(words.six(self.bits))

    @property
    def page(self) -> "Page":
        """The kit page; raise `NotFound` once the root is only on paper."""
        from twinbell.bond.kit import Root

        pendant = self.pendant
        if not pendant.device.root:
            raise NotFound(f"The kit for {self.peer} is on paper and only there.")
        return pendant.keyring.page(Root(pendant.device.root))


def every(vault: Vault) -> list[BondRow]:
    """Return the bonds of this home in the order in which they were made."""
    return [_row(row) for row in vault.all(f"select {_COLUMNS} from bond order by since_s, rowid")]  # noqa: S608


def get(vault: Vault, bond_id: bytes) -> BondRow:
    """Return the bond of this id; raise `NotFound`."""
    row = vault.one(f"select {_COLUMNS} from bond where id = ?", bond_id)  # noqa: S608
    if row is None:
        raise NotFound("There is no such bond here.")
    return _row(row)


def find(vault: Vault, word: str | None) -> BondRow:
    """Return the bond that a person means: the only one, or that of a name or of the start of an id.

    Where none is named, bonds with guardians are not meant if there is one of a pair. Raises `NotFound`, and
    `Mistaken` where more than one could be meant.
    """
    bonds = every(vault)
    if not bonds:
        raise NotFound("There is no bond here yet.", hint="`twinbell bell give` is how one begins.")
    names = _names(bonds)
    if word is None:
        living = [bond for bond in bonds if bond.parted_s is None]
        pairs = [bond for bond in living if bond.kind == PAIR]
        if len(pairs or living) == 1:
            return (pairs or living)[0]
        if len(bonds) > 1:
            raise Mistaken("There is more than one bond here; say which.", hint=f"Bonds: {names}.")
        return bonds[0]
    wanted = word.casefold()
    matches = [bond for bond in bonds if bond.peer.casefold() == wanted]
    if not matches and len(word) >= ID_DIGITS_MIN:
        matches = [bond for bond in bonds if bond.id.hex().startswith(wanted)]
    if len(matches) > 1:
        raise Mistaken(
            f"More than one bond is called {word}; give the start of its id.",
            hint=f"Bonds: {_names(matches)}.",
        )
    if not matches:
        raise NotFound(f"There is no bond called {word} here.", hint=f"Bonds: {names}.")
    return matches[0]


def _names(bonds: "list[BondRow]") -> str:
    """Return what bonds are called, with the start of the id where a name says too little."""
    peers = [bond.peer.casefold() for bond in bonds]
    return ", ".join(
        f"{bond.peer} ({bond.id.hex()[:8]})" if peers.count(bond.peer.casefold()) > 1 else bond.peer
        for bond in bonds
    )


def come_back(home: Home, pendant: "Pendant", root: "Root", *, leap: int = 0) -> BondRow:
    """Save a bond that a kit page gave back. Called inside a transaction; its kit is on paper already."""
    from twinbell.bond import event as ev
    from twinbell.client import journal, seats

    keyring = pendant.keyring
    home.vault.run(
        f"insert into bond ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, 0, ?, 0, 0, 0, 0, 0, null, ?)",  # noqa: S608
        pendant.bond.id,
        keyring.name,
        pendant.peer.name,
        keyring.relay,
        pendant.to_bytes(),
        pendant.bond.since_s,
        home.now_s,
        str(pendant.kind),
    )
    bond = get(home.vault, pendant.bond.id)
    journal.step_inside(home, bond, ev.CameBack(root, leap))
    seats.sync(home, bond.id, pendant)
    _learn_chains(home, bond)
    return get(home.vault, bond.id)


def begin(home: Home, joined: "Joined", keyring: "Keyring", device: "Device") -> None:
    """Save the bond that a bell leaves. Called inside the transaction that ends the bell; repeatable."""
    from twinbell.bond import event as ev
    from twinbell.bond import picture
    from twinbell.bond.pendant import Pendant
    from twinbell.client import events, journal

    if home.vault.one("select 1 from bond where id = ?", joined.bond.id):
        return
    pendant = Pendant.begin(keyring, device, joined)
    home.vault.run(
        f"insert into bond ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, 0, null, 0, 0, 0, 0, 0, null, ?)",  # noqa: S608
        joined.bond.id,
        keyring.name,
        joined.peer.name,
        keyring.relay,
        pendant.to_bytes(),
        joined.bond.since_s,
        str(keyring.kind),
    )
    bond = get(home.vault, joined.bond.id)
    journal.step_inside(home, bond, ev.Begun())
    events.add(
        home.vault,
        "joined",
        at_s=home.now_s,
        bond=bond.id,
        peer=bond.peer,
        words=bond.words,
        picture=picture.describe(picture.features(bond.bits)),
    )
    _learn_chains(home, bond)


def register(home: Home, keyring: "Keyring", device: "Device") -> None:
    """Set up the inbox of a bond that is about to begin."""
    registration = keyring.registration({device.id: device.collect})
    home.relay(keyring.relay).put_mailbox(keyring.box, device.owner, registration)


def verify(home: Home, bond: BondRow) -> None:
    """Note that a person has compared the words and that they were the same; the other one is told."""
    from twinbell.bond import event as ev

    _step(home, bond, ev.Verified())


def allow_receipts(home: Home, bond: BondRow, on: bool) -> None:
    """Note whether this person says what has arrived; the other one is told, and both have to want it."""
    from twinbell.bond import event as ev

    _step(home, bond, ev.ReceiptsWanted(on))


def tell_about(home: Home, bond: BondRow, about: "About") -> None:
    """Tell the other one something of oneself, in the place of what was told before."""
    from twinbell.bond import event as ev

    _step(home, bond, ev.AboutWritten(about))


def draw(home: Home, bond: BondRow, portrait: "Portrait") -> None:
    """Give the other one a portrait of oneself, in the place of the one before."""
    from twinbell.bond import event as ev

    _step(home, bond, ev.PortraitDrawn(portrait))


def limit_rings(home: Home, bond: BondRow, an_hour: int) -> None:
    """Let so many rings an hour be heard at most, here and nowhere else."""
    from twinbell.bond import event as ev

    _step(home, bond, ev.RingsLimited(an_hour))


def set_quiet(vault: Vault, bond: BondRow, from_minute: int, to_minute: int) -> None:
    """Let no ring be heard from one minute of the day to another, by this machine's clock; equal ends it."""
    if not (0 <= from_minute < DAY_MINUTES and 0 <= to_minute < DAY_MINUTES):
        raise Mistaken("A day has the minutes from 00:00 to 23:59.")
    vault.run("update bond set quiet_from = ?, quiet_to = ? where id = ?", from_minute, to_minute, bond.id)


def is_quiet(bond: BondRow, minute: int) -> bool:
    """Say whether a minute of the day lies in the quiet hours, which may go past midnight."""
    if bond.quiet_from <= bond.quiet_to:
        return bond.quiet_from <= minute < bond.quiet_to
    return not bond.quiet_to <= minute < bond.quiet_from


def part(home: Home, bond: BondRow) -> None:
    """End a bond: what waits to go or to come is dropped, letters stay, and only our own relay is told."""
    from twinbell.bond import event as ev
    from twinbell.client import journal

    with home.vault.transaction():
        if home.vault.one("select 1 from watch where bond = ?", bond.id):
            from twinbell.client import lastrelay

            lastrelay.part_inside(home, bond)
        journal.step_inside(home, get(home.vault, bond.id), ev.Parted())
        home.vault.run("update bond set parted_s = ? where id = ? and parted_s is null", home.now_s, bond.id)
        home.vault.run("delete from outbox where bond = ? and sent_s is null", bond.id)
        home.vault.run("delete from coming where bond = ?", bond.id)
        home.vault.run("delete from giving where bond = ?", bond.id)


def confirm_kit(home: Home, bond: BondRow) -> None:
    """Note that the kit is on paper, and remove its root from this device."""
    from twinbell.bond import event as ev
    from twinbell.client import journal

    with home.vault.transaction():
        journal.step_inside(home, get(home.vault, bond.id), ev.KitConfirmed())
        home.vault.run("update bond set kit_confirmed_s = ? where id = ?", home.now_s, bond.id)


def _step(home: Home, bond: BondRow, event: "Event") -> None:
    from twinbell.client import journal

    with home.vault.transaction():
        journal.step_inside(home, get(home.vault, bond.id), event)


def check_living(bond: BondRow) -> None:
    """Raise `Refused` for a bond that its person has ended."""
    if bond.parted_s is not None:
        raise Refused("You have ended this bond: nothing goes to them any more.")


def rename(vault: Vault, bond: BondRow, name: str) -> None:
    """Call the other one by another name, here and nowhere else."""
    if not name.strip() or not name.isprintable() or len(name) > NAME_LENGTH_MAX:
        raise Mistaken(f"A name has 1 to {NAME_LENGTH_MAX} characters, all of them visible.")
    vault.run("update bond set peer = ? where id = ?", name, bond.id)


def _row(row: Row) -> BondRow:
    id_, me, peer, relay, pendant, since_s, verified, *rest = row
    return BondRow(id_, me, peer, relay, pendant, since_s, bool(verified), *rest)


def _learn_chains(home: Home, bond: BondRow) -> None:
    from twinbell.client.chains import learn
    from twinbell.wire.beacon import Chain

    peer = bond.pendant.peer
    if peer.chain is not None:
        learn(home.vault, Chain.from_record(peer.chain), relay=peer.inbox.relay)
