"""Writing a letter: its text, its files, its lock, and what is shown back of them."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from twinbell.bond.letter import Attachment
from twinbell.bond.lock import Hold, KeptChain, Lock, describe, plan, strength
from twinbell.bond.mail import FILES_MAX, TEXT_BYTES_MAX
from twinbell.cli import ui
from twinbell.client import chains, outgoing
from twinbell.client.home import Home
from twinbell.errors import Mistaken, NotFound, Retired
from twinbell.wire.beacon import time_of

if TYPE_CHECKING:
    from twinbell.bond.gate import Wish
    from twinbell.client.bonds import BondRow

DEFAULT_EDITOR = "vi"


def locks_for(home: Home, bond: "BondRow", args: argparse.Namespace) -> list[Lock]:
    """Return the locks that the command line asks for: one, or one for each year."""
    wishes: Sequence[Wish | None] = _wishes(home, bond, args) or [None]
    chains = kept_chains(home, bond, args.chain) if any(wishes) else []
    return [
        plan(
            letter=outgoing.fresh_id(),
            wish=wish,
            chains=chains if wish else (),
            now_s=home.now_s,
            hold=hold(args),
            keep=args.keep,
        )
        for wish in wishes
    ]


def hold(args: argparse.Namespace) -> Hold | None:
    """Return which danger the writer fears more, if they have said so."""
    return Hold(args.hold) if args.hold else None


def _wishes(home: Home, bond: "BondRow", args: argparse.Namespace) -> "Sequence[Wish]":
    if args.opens is None:
        if args.zone or args.hold or args.chain or args.years:
            raise Mistaken("A letter that opens at once needs no zone and no beacon.", hint="Add --opens.")
        return []
    from twinbell.client import wish, zone

    feb29 = wish.Feb29(args.feb29) if args.feb29 else None
    now_s, years = home.clock.wall_s(), 1 if args.years is None else args.years
    if not wish.is_birthday(args.opens):
        here = args.zone or zone.here(os.environ)
        return wish.each_year(args.opens, years, now_s=now_s, zone=here, feb29=feb29)
    theirs = bond.pendant.about_theirs
    if theirs.birthday is None:
        raise NotFound(f"{bond.peer} has not told you when they were born.", hint="Name the day itself.")
    where = args.zone or theirs.zone
    if where is None:
        raise Mistaken(f"{bond.peer} has not told you their zone.", hint="--zone names it, like Asia/Tokyo.")
    return wish.birthdays(args.opens, theirs.birthday, years, now_s=now_s, zone=where, feb29=feb29)


def kept_chains(home: Home, bond: "BondRow", named: Sequence[str]) -> list[KeptChain]:
    """Return the chains to lock to: those that were named, else those whose rounds can be had from here."""
    if named:
        meant = [chains.find(home.vault, word) for word in named]
        if ended := [each.keeper for each in meant if each.retired]:
            raise Retired(
                f"The chain of {ended[0]} has ended: what is locked to it now never opens.",
                hint="`twinbell beacon show` lists the others.",
            )
        return [KeptChain(each.chain, each.keeper) for each in meant]
    return chains.to_lock_with(home, bond.relay)


def attachments(names: Sequence[str]) -> list[Attachment]:
    """Return the files that go with a letter; raise `NotFound` or `Mistaken` before anything is sealed."""
    if len(names) > FILES_MAX:
        raise Mistaken(f"A letter has {FILES_MAX} files at most.")
    found = [_attachment(Path(name)) for name in names]
    total = sum(each.size for each in found)
    if (over := total - outgoing.FILES_BYTES_MAX) > 0:
        raise Mistaken(
            f"The files of a letter have 1 GiB at most; these have {ui.size(over)} more.",
            hint="Send them in several letters, or give them over by hand.",
        )
    return found


def _attachment(path: Path) -> Attachment:
    from mimetypes import guess_type

    if path.is_dir():
        raise Mistaken(f"{path} is a folder, and a letter carries files.", hint="Pack it into one, as a zip.")
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    if not os.access(path, os.R_OK):
        raise NotFound(f"The file {path} can't be read.")
    media = (guess_type(path.name)[0] or "application/octet-stream").lower()
    return Attachment(path.name, media, path.stat().st_size, lambda: path.open("rb"))


def text(args: argparse.Namespace, bond: "BondRow") -> tuple[str, str]:
    """Return subject and text: from a file, from standard input, or from the editor."""
    if args.file == "-" or (args.file is None and not sys.stdin.isatty()):
        data = sys.stdin.buffer.read(TEXT_BYTES_MAX + 1)
    elif args.file is not None:
        with Path(args.file).open("rb") as file:
            data = file.read(TEXT_BYTES_MAX + 1)
    else:
        return _edited(args, bond)
    written = _decoded(data)
    if not (written.strip() or args.subject or args.attach):
        raise _empty()
    return args.subject, written


def _decoded(data: bytes) -> str:
    if len(data) > TEXT_BYTES_MAX:
        raise Mistaken("The text of a letter has 4 MiB at most.", hint="Attach it as a file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Mistaken("This is not text in UTF-8.", hint="Attach it as a file.") from None


def _edited(args: argparse.Namespace, bond: "BondRow") -> tuple[str, str]:
    """Let the person write in their editor. The draft lies in memory where the system has such a place."""
    import shlex
    import subprocess
    import tempfile

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or DEFAULT_EDITOR
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="twinbell-", dir=memory) as folder:
        draft = Path(folder) / "letter.txt"
        draft.touch(mode=0o600)
        ui.note(f"A letter to {ui.plain(bond.peer)}. It is sealed when you save it and leave the editor.")
        try:
            subprocess.run([*shlex.split(editor), str(draft)], check=True)
        except (OSError, subprocess.CalledProcessError):
            raise Mistaken(
                f"The editor {editor} did not end well, so nothing was written.", hint="EDITOR names another."
            ) from None
        written = _decoded(draft.read_bytes())
    if not written.strip():
        raise _empty()
    return args.subject, written


def _empty() -> Mistaken:
    return Mistaken("The letter is empty, so nothing was written.")


def rounds(lock: Lock) -> list[dict[str, object]]:
    """Return the rounds that a lock needs, as JSON has them."""
    return [
        {
            "chain": kept.chain.hash.hex(),
            "keeper": kept.keeper,
            "round": number,
            "opens_s": time_of(kept.chain, number),
        }
        for kept, number in lock.rounds()
    ]


def written(home: Home, bond: "BondRow", lock: Lock) -> dict[str, object]:
    """Return the JSON object of a letter that was written."""
    return {
        "letter": lock.letter.hex(),
        "opens": lock.opens_s,
        "rounds": rounds(lock),
        "held_by": str(strength(lock, ours=chains.ours_in(home.vault, lock))),
    }


def shown_back(lock: Lock) -> str:
    """Return the moment of a lock as it was understood, with its zone and its rounds."""
    from twinbell.client import wish

    text = wish.show(lock)
    return text[:1].upper() + text[1:] + "."


def show_written(home: Home, bond: "BondRow", lock: Lock) -> None:
    """Show what was sealed, when it opens, and what holds it back."""
    ui.say(ui.rule(), f"A letter to {ui.blue(ui.plain(bond.peer))} is sealed: {lock.letter.hex()[:8]}", "")
    if lock.wish:
        ui.say(*ui.wrapped(shown_back(lock)), "")
    ui.say(*ui.wrapped(describe(lock, ours=chains.ours_in(home.vault, lock))), "")
