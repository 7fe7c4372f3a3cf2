"""The journal: a pendant takes a step, and what follows from it is saved in the same transaction.

Process, save, then send. What the rules (`bond/lifecycle`) ask for becomes rows: a body in the outbox, a duty
towards our relay, a blob that is still to come, an event to tell. `mail` carries the rows out, any number of
times; a crash between any two lines loses nothing and repeats nothing that the other end would see.
"""

from typing import TYPE_CHECKING

from twinbell.bond import event as ev
from twinbell.bond import watchevent as we
from twinbell.bond.lifecycle import step
from twinbell.bond.message import LetterAgain
from twinbell.bond.pendant import Pendant
from twinbell.bond.record import Record
from twinbell.client import bonds, giving, mail, news
from twinbell.client.home import Home
from twinbell.encoding import encode

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow

SLOT = "slot"


def step_inside(
    home: Home, bond: "BondRow", event: ev.Event, *, seq: int | None = None, blob_file: str | None = None
) -> list[int]:
    """Let a bond's pendant take a step, inside a transaction that the caller holds.

    `bond` has to be read inside that transaction. `seq` is the place of the envelope that arrived;
    `blob_file` the file of a letter that goes. Returns the numbers of what is in the outbox now.
    """
    before = bond.pendant
    after, effects = step(before, event, home.now_s)
    sent = [
        number for effect in effects if (number := _save(home, bond, before, event, effect, seq, blob_file))
    ]
    if after != before:
        home.vault.run(
            "update bond set pendant = ?, verified = ? where id = ?",
            after.to_bytes(),
            after.verified,
            bond.id,
        )
    if after.keyring.watch != before.keyring.watch or after.parted != before.parted:
        from twinbell.client import seats

        seats.sync(home, bond.id, after)
    if any(isinstance(effect, ev.GiveLetters) for effect in effects):
        sent += giving.begin(home, bonds.get(home.vault, bond.id))
    return sent


def _save(
    home: Home,
    bond: "BondRow",
    before: Pendant,
    event: ev.Event,
    effect: ev.Effect,
    seq: int | None,
    blob_file: str | None,
) -> int | None:
    """Turn one effect into a row; return its number if it is one in the outbox."""
    vault = home.vault
    match effect:
        case ev.Deposit():
            return _outbox(home, bond, effect, blob_file)
        case ev.Resend(first, last):
            vault.run(
                "update outbox set sent_s = null, deposit_id = null, sealed = null "
                "where bond = ? and n between ? and ?",
                bond.id,
                first,
                last,
            )
        case ev.Forget(upto):
            vault.run("delete from outbox where bond = ? and n <= ? and sent_s is not null", bond.id, upto)
        case ev.Register(record):
            _duty(home, bond, mail.REGISTER, encode(record))
        case ev.SaveSlot(sealed):
            _duty(home, bond, SLOT, sealed)
        case ev.FetchBlob(blob, length):
            assert isinstance(event, ev.Arrived) and seq is not None
            _coming(home, bond, seq, event, blob, length, None)
        case ev.FetchLetter():
            assert isinstance(event, ev.Arrived) and seq is not None
            letter = effect.letter
            _coming(home, bond, seq, event, letter.blob, letter.length, encode(_announced(effect)))
        case ev.KeepPortrait(portrait, ours):
            vault.run(
                "insert or replace into portrait values (?, ?, ?, ?)",
                bond.id,
                ours,
                portrait.size,
                portrait.pixels,
            )
        case ev.KeepCopy(sealed):
            vault.run("update bond set copy = ? where id = ?", sealed, bond.id)
        case ev.KeepRaw(data, until_s):
            vault.run("insert into kept (bond, data, until_s) values (?, ?, ?)", bond.id, data, until_s)
        case ev.Tell(what):
            if isinstance(what, we.RehearsalOpened):
                from twinbell.client import rehearsal

                rehearsal.read_inside(home, what)
            news.note(home, bond, before, what)
    return None


def _announced(effect: ev.FetchLetter) -> Record:
    """Return what is kept of a letter's envelope until its file is here."""
    if effect.back:
        return LetterAgain(effect.letter, effect.ours, effect.sent_s).to_record()
    return effect.letter.to_record()


def _outbox(home: Home, bond: "BondRow", effect: ev.Deposit, blob_file: str | None) -> int:
    home.vault.run(
        "insert into outbox (bond, n, kind, body, blob_id, blob, blob_file, made_s) "
        "values (?, ?, ?, ?, ?, ?, ?, ?)",
        bond.id,
        effect.n,
        effect.kind,
        effect.body,
        effect.blobs[0] if effect.blobs else None,
        effect.blob,
        blob_file if effect.kind in ("letter", "letter-again") else None,
        home.now_s,
    )
    return home.vault.last_number()


def _duty(home: Home, bond: "BondRow", kind: str, data: bytes) -> None:
    home.vault.run(
        "insert into duty values (?, ?, ?) on conflict do update set data = excluded.data",
        bond.id,
        kind,
        data,
    )


def _coming(
    home: Home, bond: "BondRow", seq: int, event: ev.Arrived, blob: bytes, length: int, letter: bytes | None
) -> None:
    home.vault.run(
        "insert or replace into coming (bond, seq, arrived_s, envelope, letter, blob_id, length) "
        "values (?, ?, ?, ?, ?, ?, ?)",
        bond.id,
        seq,
        event.arrived_s,
        event.envelope,
        letter,
        blob,
        length,
    )
