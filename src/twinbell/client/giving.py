"""Giving again what somebody lost with their devices: every letter of the bond, theirs and ours.

They came back from paper, and the rules have seen that it was they (`bond/paper.py`). Each letter whose file
lies here whole gets a row; its file goes to their mailbox once more, and when it is there a body says so. A
letter that has not left yet goes as it would have gone anyway.
"""

import secrets
from typing import TYPE_CHECKING

from twinbell.bond import event as ev
from twinbell.bond.about import Portrait
from twinbell.bond.message import Letter, LetterAgain
from twinbell.client import folder, letters, mail
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.encoding import decode_map
from twinbell.errors import TwinbellError

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow

ID_BYTES = 16
MINUTE_S = 60


def begin(home: Home, bond: "BondRow") -> list[int]:
    """Note what is to be given. Called inside the transaction of the step that wants it; repeatable."""
    from twinbell.client import journal

    rows = home.vault.all(
        "select number from letter where bond = ? and state <> 'damaged' and (outgoing = 0 or blob_sent = 1) "
        "order by number",
        bond.id,
    )
    for (number,) in rows:
        home.vault.run(
            "insert into giving values (?, ?, ?) on conflict do nothing",
            bond.id,
            number,
            secrets.token_bytes(ID_BYTES),
        )
    if drawn := portrait(home, bond, ours=True):
        return journal.step_inside(home, bond, ev.PortraitDrawn(drawn))
    return []


def portrait(home: Home, bond: "BondRow", *, ours: bool) -> Portrait | None:
    """Return the portrait that is kept of one of the two."""
    row = home.vault.one("select size, pixels from portrait where bond = ? and ours = ?", bond.id, ours)
    return Portrait(*row) if row else None


def give(home: Home, bond: "BondRow", left: mail.Outcome) -> None:
    """Send the files that are to be given again, as far as it gets, and put each into the outbox."""
    from twinbell.client import bonds, journal, outgoing

    rows = home.vault.all(
        "select giving.letter, giving.blob_id, letter.id, letter.outgoing, letter.record, letter.at_s "
        "from giving join letter on letter.number = giving.letter "
        "where giving.bond = ? order by letter.number",
        bond.id,
    )
    for number, blob_id, letter_id, ours, record, at_s in rows:
        name = letters.file_name(letter_id)
        said = Letter.from_record(decode_map(record, bytes_max=letters.RECORD_BYTES_MAX))
        again = Letter(said.id, blob_id, said.length, said.sha256, said.lock, said.eml)
        with folder.lock(home.path, "sending.lock", wait=False) as held:
            if not held:
                left.reason = left.reason or "Another command is sending this letter."
                return
            if (home.letters / name).exists():  # a file that its person deleted can't be given
                try:
                    outgoing.send_file(home, bond, blob_id, name)
                except TwinbellError as refusal:
                    left.later(refusal)
                    return
                given = LetterAgain(again, yours=not ours, at_s=at_s - at_s % MINUTE_S)
                with home.vault.transaction():
                    if home.vault.run("delete from giving where bond = ? and letter = ?", bond.id, number):
                        fresh = bonds.get(home.vault, bond.id)
                        journal.step_inside(home, fresh, ev.LetterGiven(given), blob_file=name)
            else:
                home.vault.run("delete from giving where bond = ? and letter = ?", bond.id, number)
        reach("send: body saved")
