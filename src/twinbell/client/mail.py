"""Sending and receiving: the rows of the journal, carried out at relays.

Each row may be carried out any number of times. Before anything goes, its bytes and its id are saved, so that
a repeat is the same request; only what the relay has confirmed is marked as sent. An envelope is acknowledged
when all that it brought is on this disk, and not before.
"""

from typing import TYPE_CHECKING, NamedTuple

from twinbell.client import bonds, quick
from twinbell.client.bonds import BondRow
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.errors import (
    Conflict,
    Damaged,
    NotFound,
    OverQuota,
    TwinbellError,
    Unauthorised,
    Unreachable,
)

if TYPE_CHECKING:
    from twinbell.encoding import Value
    from twinbell.wire.mailbox import Kept

REGISTRATION_BYTES_MAX = 16_384
PATTERNS = {  # by the names that a person may give; milliseconds on and off in turn
    "touch": (400,),
    "knock": (120, 120, 120),
    "heartbeat": (120, 140, 220, 620, 120, 140, 220),
    "long": (1600,),
}
TICK_S = 3600  # the rules do the day's work when a day has passed; asking them each hour is often enough
REGISTER = "register"
DOORBELL = b"\x02"  # how an envelope of the relay's own begins
LATER = (Unreachable, Unauthorised, OverQuota)  # nothing is wrong with what we send: it goes another time


class Outcome:
    """What could not be done now, and why, in the words of the first refusal."""

    def __init__(self) -> None:
        self.waiting: set[int] = set()
        self.reason = ""
        self.stale = False  # a token was refused: the other one has renewed it, and says so in our inbox

    def later(self, refusal: TwinbellError) -> None:
        self.reason = self.reason or str(refusal)
        self.stale = self.stale or isinstance(refusal, Unauthorised)


def ring(home: Home, bond: BondRow, pattern: tuple[int, ...]) -> int:
    """Put a ring into the outbox and return its number there; raise `Mistaken` for what is no pattern."""
    if pattern not in PATTERNS.values():
        from twinbell.bond.message import Ring

        Ring(pattern)
    return _put(home, bond, "ring", {"pattern": list(pattern)})


def knock(home: Home, bond: BondRow) -> int:
    """Put a knock into the outbox and return its number there."""
    return _put(home, bond, "knock", {})


def _put(home: Home, bond: BondRow, kind: str, content: dict[str, "Value"]) -> int:
    with home.vault.transaction():
        now = bonds.get(home.vault, bond.id)
        bonds.check_living(now)
        sender = quick.Sender(now.pendant_bytes)
        pendant, n, body = sender.wrote(kind, content, now_s=home.now_s)
        home.vault.run("update bond set pendant = ? where id = ?", pendant, bond.id)
        home.vault.run(
            "insert into outbox (bond, n, kind, body, made_s) values (?, ?, ?, ?, ?)",
            bond.id,
            n,
            kind,
            body,
            home.now_s,
        )
        number = home.vault.last_number()
    reach("send: body saved")
    return number


def send(home: Home) -> Outcome:
    """Send what waits, for every bond of this home. Never raises for what a relay answers, or does not.

    What one relay refuses holds up nothing that goes to another, and one body that cannot go no other one.
    """
    left = Outcome()
    if home.vault.one("select 1 from bell"):
        from twinbell.client import bells

        bells.resume(home)
    for bond in bonds.every(home.vault):
        _tick(home, bond, due=home.now_s - bond.ticked_s >= TICK_S)
        is_down = False
        try:
            settle(home, bond)
        except TwinbellError as refusal:
            left.later(refusal)
            # Don't let a person wait a second time for a relay that has just not answered.
            is_down = isinstance(refusal, Unreachable) and bond.pendant.peer.inbox.relay == bond.relay
        if bond.parted_s is not None:
            continue
        if not is_down:
            _send_letters(home, bond, left)
        _empty_outbox(home, bond, left, is_down=is_down)
    if home.vault.one("select 1 from watch where owed = 1"):
        from twinbell.client import watch

        if owed := watch.settle_all(home):
            left.later(owed)
    return left


def receive(home: Home) -> Outcome:
    """Collect what has come, for every bond of this home. Never raises for what a relay answers, or not."""
    left = Outcome()
    for bond in bonds.every(home.vault):
        if bond.parted_s is not None:
            continue
        try:
            _collect(home, bond)
        except TwinbellError as refusal:
            left.later(refusal)
    return left


def catch_up(home: Home) -> Outcome:
    """Send and receive: what a command does that shows what has come."""
    left, before = send(home), owed(home)
    received = receive(home)
    # What came may want an answer (new keys, somebody back from paper), or bring the token that was missing.
    if left.stale or owed(home) - before:
        left = send(home)
    left.reason = received.reason or left.reason
    look_around(home)
    return left


def look_around(home: Home) -> None:
    """Look at the watches that are due; nearly always there are none."""
    if home.vault.one("select 1 from seat where due_s <= ?", home.now_s):
        from twinbell.client import looks

        looks.look_around(home)


def owed(home: Home) -> set[tuple[str, object]]:
    """Return what waits to go."""
    outbox = {
        ("body", number) for (number,) in home.vault.all("select number from outbox where sent_s is null")
    }
    return outbox | {("letter", number) for (number,) in home.vault.all("select letter from giving")}


def take(home: Home, bond_id: bytes, kept: "Kept") -> None:
    """Take one envelope of our inbox into the vault, once, however often it comes."""
    from twinbell.bond import event as ev
    from twinbell.client import journal

    with home.vault.transaction():
        bond = bonds.get(home.vault, bond_id)
        if kept.seq <= bond.cursor:
            return
        if kept.body[:1] != DOORBELL or not _rang(home, kept.body):
            journal.step_inside(home, bond, ev.Arrived(kept.body, kept.arrived_s), seq=kept.seq)
        home.vault.run("update bond set cursor = ? where id = ?", kept.seq, bond_id)
    reach("receive: saved")


def _rang(home: Home, envelope: bytes) -> bool:
    from twinbell.client import looks

    return looks.ring(home, envelope)


def fetch_coming(home: Home, bond_id: bytes) -> None:
    """Fetch what envelopes have announced, and give it to the rules."""
    from twinbell.bond import event as ev
    from twinbell.client import journal

    rows = home.vault.all(
        "select seq, arrived_s, envelope, letter, blob_id, length from coming where bond = ? order by seq",
        bond_id,
    )
    for seq, arrived_s, sealed, letter, blob_id, length in rows:
        if letter is not None:
            from twinbell.client import incoming

            incoming.fetch(home, bonds.get(home.vault, bond_id), seq, arrived_s, letter)
            continue
        data = _small_blob(home, bonds.get(home.vault, bond_id), blob_id, length)
        reach("receive: blob fetched")
        with home.vault.transaction():
            home.vault.run("delete from coming where bond = ? and seq = ?", bond_id, seq)
            arrived = ev.Arrived(sealed, arrived_s, blob=data)
            journal.step_inside(home, bonds.get(home.vault, bond_id), arrived, seq=seq)
        reach("receive: blob kept")


def safe_upto(home: Home, bond_id: bytes) -> int:
    """Return up to where everything of our inbox, blobs too, is on this disk."""
    bond = bonds.get(home.vault, bond_id)
    row = home.vault.one("select min(seq) from coming where bond = ?", bond_id)
    return bond.cursor if row is None or row[0] is None else int(row[0]) - 1


def acknowledged(home: Home, bond_id: bytes, upto: int) -> None:
    """Note that the relay knows how far we are."""
    home.vault.run("update bond set acknowledged = max(acknowledged, ?) where id = ?", upto, bond_id)
    reach("receive: acknowledged")


def _collect(home: Home, bond: BondRow) -> None:
    pendant = bond.pendant
    relay, box, token = home.relay(bond.relay), pendant.keyring.box, pendant.device.collect
    more = True
    while more:
        # From where this vault is, not from what the relay was told: the two differ while a blob is coming.
        after = max(bonds.get(home.vault, bond.id).cursor, 0)
        page = relay.collect(box, token, after=after)
        reach("receive: fetched")
        for kept in page.envelopes:
            take(home, bond.id, kept)
        more = page.more
    fetch_coming(home, bond.id)
    _tick(home, bond)
    upto = safe_upto(home, bond.id)
    if upto > bonds.get(home.vault, bond.id).acknowledged:
        relay.acknowledge(box, token, upto)
        acknowledged(home, bond.id, upto)


def _small_blob(home: Home, bond: BondRow, blob_id: bytes, length: int) -> bytes:
    """Return a blob that fits into memory; nothing if the relay no longer has it."""
    from io import BytesIO

    pendant, dst = bond.pendant, BytesIO()

    def told(_: int) -> None:
        if dst.tell() > length:  # whoever sends without end must not fill the memory
            raise Damaged

    try:
        home.relay(bond.relay).fetch_blob(
            pendant.keyring.box, pendant.device.collect, blob_id, dst, start=0, told=told
        )
    except (NotFound, Damaged):
        return b""
    return dst.getvalue() if len(dst.getvalue()) == length else b""


def _tick(home: Home, bond: BondRow, *, due: bool = True) -> None:
    """Let time pass for a bond, where the day's work is `due`: a ring does not wait for it."""
    if not due:
        return
    from twinbell.bond import event as ev
    from twinbell.client import journal

    with home.vault.transaction():
        journal.step_inside(home, bonds.get(home.vault, bond.id), ev.Tick())
        home.vault.run("delete from kept where until_s < ?", home.now_s)
        home.vault.run("update bond set ticked_s = ? where id = ?", home.now_s, bond.id)


def settle(home: Home, bond: BondRow) -> None:
    """Tell our own relay what is owed to it. Raises what the relay answers."""
    for kind, data in home.vault.all("select kind, data from duty where bond = ? order by kind", bond.id):
        from twinbell.encoding import decode

        pendant = bond.pendant
        relay, box = home.relay(bond.relay), pendant.keyring.box
        if kind == REGISTER:
            relay.put_mailbox(box, pendant.device.owner, decode(data, bytes_max=REGISTRATION_BYTES_MAX))
        else:
            _, version = relay.read_slot(box, pendant.device.collect)
            try:
                relay.write_slot(box, pendant.device.collect, data, replaces=version)
            except Conflict:
                continue  # another command was faster; if it wrote something older, this row is still here
        home.vault.run("delete from duty where bond = ? and kind = ? and data = ?", bond.id, kind, data)


def _send_letters(home: Home, bond: BondRow, left: Outcome) -> None:
    if home.vault.one("select 1 from letter where bond = ? and outgoing = 1 and blob_sent = 0", bond.id):
        from twinbell.client import outgoing

        outgoing.send_files(home, bond, left)
    if home.vault.one("select 1 from giving where bond = ?", bond.id):
        from twinbell.client import giving

        giving.give(home, bond, left)


def _empty_outbox(home: Home, bond: BondRow, left: Outcome, *, is_down: bool) -> None:
    rows = home.vault.all("select number from outbox where bond = ? and sent_s is null order by n", bond.id)
    for (number,) in rows:
        if is_down:  # the relay did not answer for the one before: don't let a person wait for each
            left.waiting.add(number)
            continue
        try:
            try:
                _deposit(home, bond, number)
            except (
                Unauthorised
            ):  # has the other one renewed the token? That lies in our inbox; then it goes now
                _collect(home, bond)
                _deposit(home, bond, number)
        except TwinbellError as refusal:
            is_down = isinstance(refusal, LATER)  # anything else is about this body alone
            left.later(refusal)
            left.waiting.add(number)


def _deposit(home: Home, bond: BondRow, number: int) -> None:
    for _ in range(2):
        row = _sealed(home, bond, number)
        if row is None:  # another command has sent it
            return
        reach("send: sealed and saved")
        if row.blob_id is not None:
            _send_blob(home, bond, row)
        try:
            _hand_over(home, row)
            break
        except Conflict:  # this id has been used for other bytes: the vault is older than what it sent
            home.vault.run("update outbox set deposit_id = null, sealed = null where number = ?", number)
    else:
        raise Unreachable("The relay did not take this.")
    reach("send: deposited")
    with home.vault.transaction():
        home.vault.run("update outbox set sent_s = ?, sealed = null where number = ?", home.now_s, number)
        if row.blob_file is not None:
            home.vault.run(
                "update letter set state = 'sent' where bond = ? and id = ? and outgoing = 1",
                bond.id,
                bytes.fromhex(row.blob_file.removesuffix(".age")),
            )
    reach("send: done saved")


class _Sealed(NamedTuple):
    """A body as it goes: to whom, under which id, and what goes beside it."""

    to: quick.Sender
    deposit_id: bytes
    sealed: bytes
    blob_id: bytes | None
    blob: bytes | None
    blob_file: str | None


def _sealed(home: Home, bond: BondRow, number: int) -> _Sealed | None:
    """Return id and bytes under which a body goes, saved before they are sent; None if it was sent."""
    with home.vault.transaction():
        row = home.vault.one(
            "select body, deposit_id, sealed, blob_id, blob, blob_file from outbox "
            "where number = ? and sent_s is null",
            number,
        )
        if row is None:
            return None
        body, deposit_id, sealed, blob_id, blob, blob_file = row
        sender = quick.Sender(bonds.get(home.vault, bond.id).pendant_bytes)
        if sealed is None or sender.is_stale(sealed):
            deposit_id, sealed = quick.fresh_id(), sender.seal(body)
            home.vault.run(
                "update outbox set deposit_id = ?, sealed = ? where number = ?", deposit_id, sealed, number
            )
    return _Sealed(sender, deposit_id, sealed, blob_id, blob, blob_file)


def _hand_over(home: Home, row: _Sealed) -> None:
    to = row.to
    if quick.fits(to.relay, row.blob_id):
        quick.deposit(to.relay, to.box, to.token, row.deposit_id, row.sealed)
        return
    blobs = [row.blob_id] if row.blob_id else []
    home.relay(to.relay).deposit(to.box, to.token, row.deposit_id, row.sealed, blobs)


def _send_blob(home: Home, bond: BondRow, row: _Sealed) -> None:
    assert row.blob_id is not None
    if row.blob is not None:
        from io import BytesIO

        home.relay(row.to.relay).send_blob(
            row.to.box,
            row.to.token,
            row.blob_id,
            BytesIO(row.blob),
            length=len(row.blob),
            told=lambda _: None,
        )
    elif row.blob_file is not None:
        from twinbell.client import outgoing

        outgoing.send_file(home, bond, row.blob_id, row.blob_file)
