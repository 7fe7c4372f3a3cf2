"""How a watch is, in sentences for its writer: what counted and what did not, who was called, what lacks.

`status` asks the relay once. `Status.facts` is what `--json` prints.
"""

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinbell.client import arming, channels, last, watch
from twinbell.client.home import Home
from twinbell.client.watch import Asked, Own
from twinbell.errors import TwinbellError
from twinbell.wire.life import Away
from twinbell.wire.silence import OVER, REMINDERS, Stage
from twinbell.wire.terms import Terms
from twinbell.wire.watchview import View, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60

_WHY = {
    Why.DOWN: "the relay was down",
    Why.CLOCK: "its clock could not be believed",
    Why.RESTORED: "it came back from an older copy",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """A guardian, in a word and in a sentence."""

    name: str
    state: str  # asked, agreed, refused, old
    sentence: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Status:
    """How a watch is. `view` is None where the relay did not answer, for the reason in `refusal`."""

    own: Own
    view: View | None
    refusal: str
    lacks: tuple[str, ...]
    guards: tuple[Guard, ...]
    letters: int
    unarmed: int
    alive_s: int
    due: tuple[str, ...]
    rehearsal: str
    sentences: tuple[str, ...]

    @property
    def armed(self) -> bool:
        """Whether the watch can come to silence, by the terms that hold."""
        terms = Terms.parse(self.view.terms.record) if self.view else self.own.terms
        over = self.view is not None and self.view.stage in OVER
        return terms.armed and not over

    def facts(self) -> dict[str, object]:
        """Return it as JSON has it."""
        view, terms = self.view, self.own.terms
        marks = view.marks if view else None
        return {
            "watch": self.own.id.hex(),
            "bond": self.own.bond.short,
            "armed": self.armed,
            "stage": view.stage.value if view else None,
            "every": terms.every,
            "grace": terms.grace,
            "veto": terms.veto,
            "need": terms.k,
            "counted": max(0, view.counted - view.start) if view else None,
            "late": marks.late - view.counted if view and marks else None,
            "uncounted": sum(gap.seconds for gap in view.gaps) if view else None,
            "reminders": view.called if view else None,
            "pending": view.pending.at - view.counted if view and view.pending else None,
            "guardians": [
                {"name": each.name, "state": each.state, "verified": each.verified} for each in self.guards
            ],
            "channels": [each.name for each in view.channels] if view else None,
            "letters": self.letters,
            "unarmed": self.unarmed,
            "alive": self.alive_s or None,
            "lacks": list(self.lacks),
            "due": list(self.due),
            "rehearsed": self.own.owned.rehearsed_day * DAY_S or None,
            "rehearsal": self.rehearsal or None,
            "refusal": self.refusal or None,
        }


def status(home: Home, own: Own) -> Status:
    """Return how this watch is now; a relay that does not answer is part of the answer."""
    view, refusal = None, ""
    try:
        view = watch.look(home, own)
    except TwinbellError as error:
        refusal = str(error)
    guards = tuple(_guard(home, each) for each in watch.asked(home, own))
    lacks = tuple(arming.lacks(home, own))
    current = last.current(home, own)
    armed_letters = [row for row, _ in current if row.epoch == own.owned.epoch and row.epoch]
    (alive_s,) = home.vault.one("select alive_s from watch where id = ?", own.id) or (0,)
    due = tuple(_due(home, own))
    found = Status(
        own=own,
        view=view,
        refusal=refusal,
        lacks=lacks,
        guards=guards,
        letters=len(current),
        unarmed=len(current) - len(armed_letters),
        alive_s=alive_s,
        due=due,
        rehearsal=_rehearsal(home, own),
        sentences=(),
    )
    return replace(found, sentences=tuple(_sentences(found)))


def span(seconds: int) -> str:
    """Return a length of time as one says it: 12 days, 5 hours, 3 minutes."""
    for unit_s, name in ((DAY_S, "day"), (HOUR_S, "hour"), (MINUTE_S, "minute")):
        if seconds >= unit_s:
            count = seconds // unit_s
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def counted(view: View) -> list[str]:
    """Return what counted of the silence so far, and what did not and why."""
    terms = Terms.parse(view.terms.record)
    passed_s, every_s = view.counted - view.start, terms.every * terms.unit_s
    if passed_s < 0:
        found = [f"Nothing counts for {span(-passed_s)} more: you said that you would be away."]
    elif terms.unit_s == DAY_S:
        found = [f"Counted {passed_s // DAY_S} of {terms.every} days."]
    else:
        found = [f"Counted {passed_s} of {every_s} seconds."]
    for why, words in _WHY.items():
        seconds = sum(gap.seconds for gap in view.gaps if gap.why is why)
        if seconds:
            found.append(f"{span(seconds).capitalize()} did not count because {words}.")
    if view.start == view.floor and view.floor:
        found.append("The relay came back from an older copy, so all begins anew from there.")
    return found


def _sentences(found: Status) -> "list[str]":
    own, view = found.own, found.view
    name, terms = own.bond.peer, own.terms
    lines = []
    if view is None:
        lines.append(f"{found.refusal} What follows is what is known here.")
    lines.append(_armed(found))
    if view is not None:
        lines.append(_stage(view, name))
        lines += counted(view) if view.stage not in OVER else []
        if view.stage in (Stage.LATE, Stage.ASKING, Stage.VETO):
            lines.append(f"{min(view.called, REMINDERS)} of {REMINDERS} reminders were accepted.")
        if view.away is not None:
            lines.append(_away(view))
        if view.pending is not None:
            lines.append(_pending(view))
    if terms.unit_s == DAY_S:
        lines.append(
            f"After {terms.every} days without a sign of life you are reminded for {terms.grace} days, then "
            f"guardians are asked; if {terms.k} have not heard from you either, {terms.veto} days are left."
        )
    lines += [each.sentence for each in found.guards]
    if found.letters:
        lines.append(_letters(found))
    lines += found.due
    if found.rehearsal:
        lines.append(f"A rehearsal goes on. {found.rehearsal}")
    elif own.owned.rehearsed_day:
        lines.append(f"You rehearsed on {_day(own.owned.rehearsed_day * DAY_S)}.")
    return lines


def _rehearsal(home: Home, own: Own) -> str:
    """Return what a rehearsal that goes on waits for."""
    from twinbell.client import rehearsal, rehearsing

    going = rehearsal.find(home, own)
    if going is None:
        return ""
    found = rehearsing.status(home, going)
    return found.waits or "It is done: `twinbell rehearse` notes it."


def _armed(found: Status) -> str:
    if found.armed:
        return f"Your watch for {found.own.bond.peer} is armed."
    if found.view is not None and found.view.stage is Stage.STOPPED:
        return f"Your watch for {found.own.bond.peer} is not armed: it was stopped with the code on paper."
    why = " ".join(found.lacks) if found.lacks else "Nothing is missing: `twinbell watch arm`."
    return f"Your watch for {found.own.bond.peer} is not armed: nothing would be opened. {why}"


def _stage(view: View, name: str) -> str:
    return {
        Stage.KEPT: "All is well.",
        Stage.LATE: "It is time for a sign of life: `twinbell alive`.",
        Stage.ASKING: "Your guardians are being asked whether they have heard from you: `twinbell alive`.",
        Stage.VETO: "Your guardians have not heard from you. A sign of life still ends it: `twinbell alive`.",
        Stage.SILENT: f"You count as silent, and {name} may open your last letters: `twinbell alive`.",
        Stage.RETURNED: "You were silent and are back. What was opened stays open, and nothing more is given "
        "out; `twinbell watch arm` seals the rest again.",
        Stage.STOPPED: "Nothing is given out any more. `twinbell watch arm` begins anew, with another code.",
    }[view.stage]


def _away(view: View) -> str:
    assert view.away is not None
    return f"You are away until {_day(Away.parse(view.away.record).until_s)}."


def _day(second: int) -> str:
    return time.strftime("%d %B %Y", time.localtime(second)).lstrip("0")


def _pending(view: View) -> str:
    assert view.pending is not None
    wait_s = max(0, view.pending.at - view.counted)
    return f"New terms wait: they hold once {span(wait_s)} more have counted. Until then the old ones do."


def _letters(found: Status) -> str:
    many = f"{found.letters} last letter{'' if found.letters == 1 else 's'}"
    if not found.unarmed:
        return f"{many} behind it."
    are = "is" if found.unarmed == 1 else "are"
    return f"{many}; {found.unarmed} of them {are} not armed, and would not open by your silence."


def _guard(home: Home, asked: Asked) -> Guard:
    name, each = asked.bond.peer, asked.appointed
    if not each.answered and not each.agreed:
        return Guard(name, "asked", f"{name} was asked and has not answered.", asked.bond.verified)
    if not each.agreed:
        return Guard(name, "refused", f"{name} does not want to be a guardian.", asked.bond.verified)
    words = "" if asked.bond.verified else " You have not compared the words with them."
    if each.doubtful:
        lost = f"{name} came back from paper and may have lost their share: arm again."
        return Guard(name, "doubtful", lost + words, asked.bond.verified)
    if asked.is_old(home.now_s):
        old = f"{name} agreed more than a year ago: ask again."
        return Guard(name, "old", old + words, asked.bond.verified)
    return Guard(name, "agreed", f"{name} is a guardian.{words}", asked.bond.verified)


def _due(home: Home, own: Own) -> "Sequence[str]":
    found = []
    if own.owned.epoch and arming.rehearsal_is_due(home, own):
        found.append("A rehearsal is due: `twinbell rehearse`.")
    if arming.arming_is_due(home, own):
        found.append("It is time to arm anew: `twinbell watch arm`.")
    if own.owned.epoch and watch.consents(home, own) != own.terms.guardians:
        found.append("Your guardians are others now than those it was armed with: `twinbell watch arm`.")
    row = home.vault.one("select stop from watch where id = ?", own.id)
    if row is not None and row[0] is not None:
        found.append("The page with the stop code is not on paper yet: `twinbell watch page`.")
    for each in channels.every(home, own):
        if not each.accepted_s:
            found.append(f"Reminders by {each.name} were not tested: `twinbell watch channel test`.")
    return found
