"""What the rules of a bond want a person to know, as events for `listen` and as sentences for a terminal."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from twinbell.bond import event as ev
from twinbell.bond import watchevent as we
from twinbell.bond.pendant import Pendant
from twinbell.client import events
from twinbell.client.home import Home

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow


# What each kind of event brings beside `event`, `bond` and `at`: the keys that `listen` prints.
FACTS: dict[str, tuple[str, ...]] = {
    "ring": ("peer", "pattern", "sent", "arrived", "sound"),
    "knock": ("peer", "sent", "arrived", "sound"),
    "letter": ("peer", "letter", "opens", "opens_words", "last", "rehearsal"),
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
    "letter-back": ("peer", "letter", "opens", "opens_words", "last", "rehearsal"),
    "refused": ("peer",),
    "device": ("peer",),
    "restored": ("peer",),
    "gap": ("peer", "first", "last"),
    "gap-closed": ("peer", "first", "last"),
    "gap-given-up": ("peer", "first", "last"),
    "unopened": ("peer",),
    "newer-needed": ("peer",),
    # Guardians and the reader, in their own homes.
    "guardian-asked": ("peer", "reader", "rehearsal"),
    "guardian-seat": ("peer", "rehearsal"),
    "consent-due": ("peer",),
    "terms": ("peer", "from", "rehearsal"),
    "share": ("peer", "epoch", "rehearsal"),
    "shares-gone": ("peer", "rehearsal"),
    "asked": ("peer", "rehearsal"),
    "help-wanted": ("peer", "rehearsal"),
    "duress": ("peer",),
    "stopped": ("peer",),
    "returned": ("peer", "rehearsal"),
    "reader": ("peer", "guardians", "rehearsal"),
    "silent": ("peer", "rehearsal"),
    "share-released": ("peer", "epoch", "rehearsal"),
    # The writer.
    "guardian-said": ("peer", "yes", "rehearsal"),
    "guardian-rehearsed": ("peer", "day"),
    "rehearsed": ("peer", "watch", "proof", "day"),
    "share-doubtful": ("peer",),
    # Writer and guardian.
    "guardian-gone": ("peer", "rehearsal"),
    "not-taken": ("peer", "what", "why"),
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
        case _:
            _note_watch(add, what, rehearsal=_rehearses(home, before, what))


def _rehearses(home: Home, before: Pendant, what: we.WatchNews) -> bool:
    """Say whether this is about a rehearsal, by what any bond of this home keeps of its watch."""
    from twinbell.client import bonds, reader

    id_ = getattr(what, "watch", None)
    if id_ is None:
        return False
    for pendant in (before, *(bond.pendant for bond in bonds.every(home.vault))):
        keys = pendant.keyring.watch
        for each in (keys.seat(id_), keys.guardian(id_)):
            if each:
                return each.ask.rehearsal
        if reader.rehearses(pendant, id_):
            return True
    return False


def _note_watch(add: Callable[..., None], what: we.WatchNews, *, rehearsal: bool) -> None:
    match what:
        case we.GuardianWanted(ask):
            add("guardian-asked", reader=ask.reader, rehearsal=ask.rehearsal)
        case we.GuardianSaid(_, yes):
            add("guardian-said", yes=yes, rehearsal=rehearsal)
        case we.SeatTaken():
            add("guardian-seat", rehearsal=rehearsal)
        case we.TermsChanged(_, from_s):
            add("terms", **{"from": from_s}, rehearsal=rehearsal)
        case we.ShareCame(_, epoch):
            add("share", epoch=epoch, rehearsal=rehearsal)
        case we.SharesGone():
            add("shares-gone", rehearsal=rehearsal)
        case we.ShareArrived(_, epoch):
            add("share-released", epoch=epoch, rehearsal=rehearsal)
        case we.GuardianGone():
            add("guardian-gone", rehearsal=rehearsal)
        case we.GuardianRehearsed(_, day):
            add("guardian-rehearsed", day=day)
        case we.ReaderSeated(_, guardians, of_rehearsal):
            add("reader", guardians=list(guardians), rehearsal=of_rehearsal)
        case we.RehearsalOpened(watch, proof, day):
            add("rehearsed", watch=watch.hex(), proof=proof.hex(), day=day)
        case we.ShareDoubtful():
            add("share-doubtful")
        case we.DuressSeen():
            add("duress")
        case we.StopSeen():
            add("stopped")
        case we.Misplaced(kind):
            add("not-taken", what=kind, why="It has no place in this bond.")
        case we.WatchRefused(kind, why):
            add("not-taken", what=kind, why=why)


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
        case "letter" if facts.get("rehearsal"):
            return f"Rehearsal. A last letter from {name} is here. It opens once you have rehearsed."
        case "letter" if facts.get("last"):
            return f"A last letter from {name} is here. It opens only once they have been silent."
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
    if event.kind in _OF_WATCH:
        word = name if name.isalnum() else f'"{name}"'
        said = _of_watch(event.kind, facts).format(name=name, word=word)
        return f"Rehearsal. {said}" if facts.get("rehearsal") else said
    return _SENTENCES[event.kind].format(name=name)


def _of_watch(kind: str, facts: Mapping[str, object]) -> str:
    """Return the sentence of an event around a watch; `{name}` is whose bond it came in."""
    if facts.get("rehearsal") and kind in _REHEARSED:
        return _REHEARSED[kind]
    match kind:
        case "terms" if facts.get("from"):
            return "{name} has changed the terms of their watch. They hold after the wait of the old ones."
        case "guardian-said" if not facts.get("yes"):
            part = "does not take part" if facts.get("rehearsal") else "does not want to be your guardian"
            return f"{{name}} {part}."
        case "guardian-said" if facts.get("rehearsal"):
            return "{name} takes part."
        case "guardian-asked":
            reader = str(facts.get("reader") or "").replace("{", "{{").replace("}", "}}")
            return (
                f"{{name}} asks whether you will be a guardian of their last letters to {reader}: "
                "twinbell guardian show {word}"
            )
    return _OF_WATCH[kind]


# What is said otherwise in a rehearsal: as in earnest where somebody has to do something, and shorter else.
_REHEARSED = {
    "guardian-asked": "{name} asks whether you take part in playing that they are silent: "
    "twinbell guardian consent {word} yes --rehearsal",
    "guardian-seat": "You take part with {name}.",
    "share": "{name} gave you a share to try with. It opens the letter of the rehearsal alone.",
    "asked": "{name} has been silent for a while. Have you heard from {name}? Here you have not: "
    "twinbell guardian answer {word} no --rehearsal",
    "help-wanted": "{name} has been silent. What they left can be opened with your share: "
    "twinbell guardian release {word} --rehearsal",
    "guardian-gone": "It is over with {name}. What was kept for it is deleted.",
    "reader": "{name} plays with you and their guardians that they are silent.",
}

_OF_WATCH = {
    "guardian-asked": "",
    "guardian-seat": "You are a guardian of {name}: twinbell guardian show {word}",
    "consent-due": "You have been a guardian of {name} for a year. Do you still want to be one? "
    "twinbell guardian consent {word} yes",
    "terms": "{name} has changed the terms of their watch: twinbell guardian show {word}",
    "share": "{name} gave you a share to keep. Alone it opens nothing.",
    "shares-gone": "Shares of {name} that are no longer needed were deleted.",
    "asked": "{name} has been silent for a while. Have you heard from {name}? "
    "twinbell guardian answer {word} yes, no or unknown",
    "help-wanted": "{name} has been silent. What they left can be opened with your share: "
    "twinbell guardian release {word}",
    "duress": "{name} may not be acting of their own free will. Be careful, and ask them where nobody "
    "listens.",
    "stopped": "The watch of {name} was stopped with the code on paper. Nothing is opened.",
    "returned": "{name} has been heard from.",
    "reader": "{name} has named guardians who will help you to open their last letters, should it come "
    "to that.",
    "silent": "{name} has been silent. Something was left for you; you may choose when: twinbell letter list",
    "share-released": "{name} has released their share to you: twinbell letter list",
    "guardian-said": "{name} will be your guardian.",
    "guardian-rehearsed": "{name} has done their part in the rehearsal.",
    "rehearsed": "{name} has opened the letter of the rehearsal.",
    "share-doubtful": "{name} came back from paper and may no longer have their share. Arm the watch again.",
    "guardian-gone": "{name} has ended the guardianship. What was kept for it is deleted.",
    "not-taken": "{name} sent something about a watch that does not fit. It was not taken in.",
}

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
