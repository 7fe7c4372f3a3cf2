"""What the rules of a bond want a person to know, as events for `listen` and as sentences for a terminal."""

from typing import TYPE_CHECKING

from twinbell.bond import event as ev
from twinbell.bond.pendant import Pendant
from twinbell.client import events
from twinbell.client.home import Home

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow


# What each kind of event brings beside `event`, `bond` and `at`: the keys that `listen` prints.
FACTS: dict[str, tuple[str, ...]] = {
    "ring": ("peer", "pattern", "sent", "arrived", "sound"),
    "knock": ("peer", "sent", "arrived", "sound"),
    "letter": ("peer", "letter", "opens", "opens_words"),
    "ready": ("peer", "letter", "opens"),
    "damaged": ("peer", "letter"),
    "joined": ("peer", "words", "picture"),
    "burnt": ("bell", "reason"),
    "verified": ("peer",),
    "keys-changed": ("peer", "final"),
    "receipts": ("peer", "on"),
    "about": ("peer", "birthday", "zone", "place"),
    "portrait": ("peer",),
    "came-back": ("peer",),
    "letter-back": ("peer", "letter", "opens", "opens_words"),
    "refused": ("peer",),
    "device": ("peer",),
    "restored": ("peer",),
    "gap": ("peer", "first", "last"),
    "gap-closed": ("peer", "first", "last"),
    "gap-given-up": ("peer", "first", "last"),
    "unopened": ("peer",),
    "newer-needed": ("peer",),
}


def note(home: Home, bond: "BondRow", before: Pendant, what: ev.News) -> None:
    """Save an event for what happened, inside the transaction of its cause."""

    def add(kind: str, **facts: object) -> None:
        events.add(home.vault, kind, at_s=home.now_s, bond=bond.id, peer=bond.peer, **facts)

    match what:
        case ev.Rang(ring, sent_s, arrived_s, sound):
            heard = sound and not _is_quiet(home, bond)
            add("ring", pattern=list(ring.pattern), sent=sent_s, arrived=arrived_s, sound=heard)
        case ev.Knocked(sent_s, arrived_s, sound):
            heard = sound and not _is_quiet(home, bond)
            add("knock", sent=sent_s, arrived=arrived_s, sound=heard)
        case ev.GapSeen(_, first, last):
            add("gap", first=first, last=last)
        case ev.GapClosed(_, n):
            add("gap-closed", first=n, last=n)
        case ev.GapGivenUp(_, first, last):
            add("gap-given-up", first=first, last=last)
        case ev.ForkSeen():
            add("restored")
        case ev.DeviceSeen():
            if before.receiving:  # the first device of a bond is no news
                add("device")
        case ev.Unopenable():
            add("unopened")
        case ev.NewerNeeded():
            add("newer-needed")
        case ev.PeerVerified():
            add("verified")
        case ev.KeysChanged(final):
            add("keys-changed", final=final)
        case ev.ReceiptsChanged(on):
            add("receipts", on=on)
        case ev.AboutChanged(about):
            add("about", birthday=about.birthday, zone=about.zone, place=about.place)
        case ev.PortraitChanged():
            add("portrait")
        case ev.Restored():
            add("came-back")
        case ev.ControlRefused():
            add("refused")
        case ev.HasReceived():
            pass  # receipts are shown where they are asked for


def _is_quiet(home: Home, bond: "BondRow") -> bool:
    """Say whether this person wants to hear no ring now, by the clock on this machine's wall."""
    if bond.quiet_from == bond.quiet_to:
        return False
    import os
    from datetime import datetime

    from twinbell.client import bonds, zone

    at = datetime.fromtimestamp(home.now_s, zone.installed().load(zone.here(os.environ)))
    return bonds.is_quiet(bond, at.hour * 60 + at.minute)


def sentence(event: events.Event) -> str:
    """Return an event in words, with the other one's name."""
    facts = event.facts
    name = str(facts.get("peer") or "")
    match event.kind:
        case "ring":
            return f"{name} rings." if facts.get("sound") else f"{name} rang while you were away."
        case "knock":
            waits = f"{name} knocks. You meet in the room: twinbell room"
            return waits if facts.get("sound") else f"{name} knocked while you were away."
        case "letter":
            opens = facts.get("opens_words")
            return f"A letter from {name} is here. " + (f"It opens on {opens}." if opens else "It opens now.")
        case "joined":
            return f"You and {name} have a bond. Compare the words: twinbell bond verify"
        case "keys-changed" if facts.get("final"):
            return f"{name} has new keys, and their kit has signed them. There is nothing to do."
        case "burnt":
            return f"A bell is burnt. {facts.get('reason')}"
        case "damaged":
            return f"A letter from {name} came damaged. It was asked for again."
    return _SENTENCES[event.kind].format(name=name)


_SENTENCES = {
    "ready": "A letter from {name} opens now: twinbell letter list",
    "gap": "Something that {name} sent is missing. It was asked for.",
    "gap-closed": "What was missing from {name} has come.",
    "gap-given-up": "Something that {name} sent did not come in a month, and is asked for no more.",
    "restored": "A device of {name} was restored from an older copy.",
    "device": "{name} writes from a new device.",
    "unopened": "One message of {name} could not be opened. It is kept for a month, and was asked for again.",
    "newer-needed": "{name} sent something for which a newer Twinbell is needed. It is kept.",
    "verified": "{name} has compared the words with you.",
    "keys-changed": "The keys of {name} changed. Compare the words again.",
    "about": "{name} tells you of themselves: twinbell bond about",
    "portrait": "{name} gives you a portrait: twinbell bond portrait",
    "came-back": "{name} came back from paper, on a new device. They are given their letters again.",
    "letter-back": "A letter of you and {name} is here again.",
    "receipts": "{name} has changed whether you both say what has arrived.",
    "refused": "Somebody tried to change something in {name}'s name without the right to. Compare the words.",
}
