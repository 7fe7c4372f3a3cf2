"""`twinbell letter write --last`: a letter that opens once its writer has been silent."""

import argparse
import os
from typing import TYPE_CHECKING

from twinbell.bond.fate import AtParting, BothSilent, Fate
from twinbell.cli import composing, ui
from twinbell.client import last, letters, mail, standing, watch, wish, zone
from twinbell.errors import Mistaken

if TYPE_CHECKING:
    from twinbell.bond.gate import Wish
    from twinbell.client.bonds import BondRow
    from twinbell.client.home import Home

OTHER = {"opens": None, "years": None, "keep": None, "feb29": None}  # of letters with a day


def write(home: "Home", bond: "BondRow", args: argparse.Namespace) -> int:
    """Seal a last letter and say loudly whether it is armed."""
    if not args.last or any(getattr(args, name) != value for name, value in OTHER.items()):
        raise Mistaken(
            "A last letter has no day but the one of --floor, and its key is always kept.",
            hint="--last goes with --floor, --if-parted, --if-both, --zone, --hold, --chain, --attach.",
        )
    own = watch.of(home, bond)
    last.check(own)  # before anybody writes in vain
    fate, later = _fate(args)
    floor = _floor(home, args, later)
    kept = composing.kept_chains(home, bond, args.chain)
    attachments = composing.attachments(args.attach)
    subject, text = composing.text(args, bond)
    with ui.progress("Sealing") as bar:
        lock = last.write(
            home,
            own,
            floor=floor,
            kept=kept,
            fate=fate,
            subject=subject,
            text=text,
            attachments=attachments,
            hold=composing.hold(args),
            told=bar.at,
        )
    with ui.progress("Sending") as bar:
        home.progress = bar.at
        left = mail.send(home)
    row = letters.find(home.vault, lock.letter.hex())
    armed = last.standing(home, row) is last.Standing.ARMED
    if args.json:
        facts = {
            "watch": own.id.hex(),
            "armed": armed,
            "floor": floor.instant_s,
            "sentence": last.in_words(home, row),
        }
        ui.data(composing.written(home, bond, lock) | facts)
        return 0
    name = ui.blue(ui.plain(bond.peer))
    ui.say(ui.rule(), f"A last letter to {name} is sealed: {row.name[:8]}", "")
    ui.say(*ui.wrapped(last.in_words(home, row)), "")
    holds = standing.holds(home, row, bond, writer=bond.me, reader_name=bond.peer)
    for each in holds.rows:
        ui.say(*ui.wrapped(f"{each.way} {each.early} Held by {each.strength}."))
    ui.say(*ui.wrapped(" ".join(holds.sentences)), "")
    ui.say(*ui.wrapped(fate.words(reader=bond.peer, floor=floor.words)), "")
    ui.say("This is no will, and no court takes it for one.")
    if armed and left.reason and row.kept_state is letters.State.SENDING:
        ui.say(*ui.wrapped(f"{left.reason} It is sealed and safe here; the next command sends what is left."))
    return 0


def _fate(args: argparse.Namespace) -> "tuple[Fate, str | None]":
    """Return the fate that was typed, and the later day, where it names one."""
    kind, colon, more = (args.if_both or "later").partition(":")
    parting = AtParting(args.if_parted or "burn")
    if kind == "heir" and more:
        return Fate(at_parting=parting, both_silent=BothSilent.HEIR, heir=more), None
    if kind == "date" and more:
        return Fate(at_parting=parting, both_silent=BothSilent.LATER), more
    if kind in ("later", "burn") and not colon:
        return Fate(at_parting=parting, both_silent=BothSilent(kind)), None
    raise Mistaken(f"--if-both takes later, burn, heir:NAME or date:WHEN, and not {args.if_both}.")


def _floor(home: "Home", args: argparse.Namespace, later: str | None) -> "Wish":
    """Return the floor. The day for when both are silent is the same day: from then on guardians can open."""
    if args.floor and later:
        raise Mistaken("--floor and the day of --if-both are one day: from then on guardians can open it.")
    here = args.zone or zone.here(os.environ)
    return wish.parse(args.floor or later or last.FLOOR, now_s=home.clock.wall_s(), zone=here)
