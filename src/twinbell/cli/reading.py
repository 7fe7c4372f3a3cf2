"""A letter that is open: shown as it was written, or as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING

from twinbell.cli import ui

if TYPE_CHECKING:
    from twinbell.client.letters import LetterRow
    from twinbell.client.opened import Saved

WIDTH = 66  # characters a line: how letters are set


def folder_for(row: "LetterRow", chosen: str | None) -> Path:
    """Return the folder for a letter's files."""
    return Path(chosen) if chosen else Path.cwd() / f"letter-{row.name[:8]}"


def record(row: "LetterRow", saved: "Saved") -> dict[str, object]:
    """Return the JSON object of a letter that was opened."""
    mail = saved.letter.mail
    return {
        "letter": row.name,
        "from": mail.writer,
        "subject": mail.subject,
        "text": mail.text,
        "attachments": [
            {"name": note.name, "path": str(path.absolute()), "bytes": note.size}
            for note, path in saved.attachments
        ],
        "signature": "good",
    }


def show(row: "LetterRow", saved: "Saved") -> None:
    """Print a letter, and where its files are."""
    mail = saved.letter.mail
    ui.say(ui.rule(), f"From {ui.blue(ui.plain(mail.writer))}, written {ui.moment(mail.written_s)}")
    if mail.subject:
        ui.say(ui.gold(ui.plain(mail.subject)))
    ui.say("", *_set(ui.plain(mail.text)), ui.rule())
    for note, path in saved.attachments:
        ui.say(f"{ui.plain(note.name)}, {ui.size(note.size)}: {ui.soft(ui.plain(str(path)))}")
    ui.say(ui.soft(f"Signed by {ui.plain(mail.writer)}; the signature is good."))
    if saved.letter.broken:
        ui.note("One of its ways was not what its lock shows; another one opened it.")


def show_saved(saved: "Saved", folder: Path) -> None:
    """Tell what was written, and how to check it without Twinbell."""
    from twinbell.bond.mail import principal

    signer = principal(saved.bond.id)
    count = len(saved.attachments)
    files = f", its signature, and {count} file{'s' if count > 1 else ''}" if count else " and its signature"
    ui.say(
        f"The letter is in {folder}: letter.eml{files}.",
        "To check it without Twinbell, in that folder:",
        "",
        f"    ssh-keygen -Y verify -f allowed_signers -I {signer} \\",
        "        -n letter@twinbell -s letter.eml.sig < letter.eml",
    )


def _set(text: str) -> list[str]:
    """Return text as a letter is set; lines that are short already stay as they are."""
    import textwrap

    lines: list[str] = []
    for line in text.rstrip("\n").split("\n"):
        wrap = len(line) > WIDTH and ui.on_terminal()
        lines += textwrap.wrap(line, WIDTH, break_long_words=False) if wrap else [line]
    return lines
