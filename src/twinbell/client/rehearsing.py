"""How a rehearsal stands, in sentences for its writer: what has happened, and who is waited for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from twinbell.bond import civil
from twinbell.client import arming, rehearsal, watch
from twinbell.client.home import Home
from twinbell.client.watch import Asked, Own
from twinbell.errors import NotFound, TwinbellError, Unauthorised
from twinbell.wire.silence import REMINDERS, Stage
from twinbell.wire.watch import Ballot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinbell.wire.watchview import View

DAY_S = 86_400
_ASKS = (Stage.ASKING, Stage.VETO)


class State(StrEnum):
    """Where a rehearsal is."""

    ASKED = "asked"  # guardians have still to say whether they take part
    SILENT = "silent"  # the writer plays that they are silent
    DONE = "done"
    LAPSED = "lapsed"  # its relay keeps it no longer


class Part(StrEnum):
    """What a guardian has done."""

    ASKED = "asked"
    REFUSED = "refused"
    TAKES_PART = "takes-part"
    ANSWERED = "answered"  # whether they have heard from the writer
    HELPED = "helped"  # given their share to the reader


@dataclass(frozen=True, slots=True)
class Guardian:
    """A guardian in a rehearsal."""

    name: str
    part: Part


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal as it was when it was looked at. `stage` is None where its relay has not said it."""

    own: Own
    state: State
    stage: Stage | None
    begun_s: int
    guardians: tuple[Guardian, ...]
    called: int  # accepted reminders
    read: bool
    next_day: int | None  # once it is done: the day on which the next one is due
    refusal: str  # what stands in the way now
    sentences: tuple[str, ...]  # what has happened, in order
    waits: str  # what is waited for

    def facts(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {
            "watch": self.own.id.hex(),
            "bond": self.own.bond.short,
            "state": self.state.value,
            "stage": self.stage.value if self.stage else None,
            "begun": self.begun_s,
            "need": self.own.terms.k,
            "guardians": [{"name": each.name, "part": each.part.value} for each in self.guardians],
            "reminders": self.called,
            "read": self.read,
            "next": self.next_day * DAY_S if self.next_day else None,
            "waits": self.waits or None,
            "refusal": self.refusal or None,
        }


def status(home: Home, own: Own, *, refusal: str = "") -> Rehearsal:
    """Return how a rehearsal stands; its relay is asked once the silence has begun."""
    view: View | None = None
    lapsed = False
    if own.owned.epoch:
        try:
            view = watch.relay(home, own).look(own.id, own.owned.owner)
        except (Unauthorised, NotFound):
            lapsed = True
        except TwinbellError as error:
            refusal = refusal or str(error)
    read = rehearsal.was_read(home, own)
    if read:
        state = State.DONE
    elif lapsed:
        state = State.LAPSED
    else:
        state = State.SILENT if own.owned.epoch else State.ASKED
    votes = {Ballot.parse(vote.record).seat for vote in view.votes} if view else set()
    found = Rehearsal(
        own=own,
        state=state,
        stage=view.stage if view else None,
        begun_s=rehearsal.begun_s(home, own),
        guardians=tuple(_guardian(each, votes) for each in watch.asked(home, own)),
        called=min(view.called, REMINDERS) if view else 0,
        read=read,
        next_day=home.now_s // DAY_S + arming.REHEARSED_DAYS if read else None,
        refusal=refusal,
        sentences=(),
        waits="",
    )
    return _said(found)


def _said(found: Rehearsal) -> Rehearsal:
    from dataclasses import replace

    return replace(found, sentences=tuple(_happened(found)), waits=_waits(found))


def _guardian(asked: Asked, votes: set[bytes]) -> Guardian:
    each = asked.appointed
    if each.agreed:
        part = Part.HELPED if each.done_day else Part.ANSWERED if each.seat in votes else Part.TAKES_PART
    else:
        part = Part.REFUSED if each.answered else Part.ASKED
    return Guardian(asked.bond.peer, part)


def _happened(found: Rehearsal) -> "Iterator[str]":
    reader, stage = found.own.bond.peer, found.stage
    names = [each.name for each in found.guardians]
    yield f"{_names(names)} {_were(names)} asked to take part in a rehearsal."
    for each in found.guardians:
        if each.part is Part.REFUSED:
            yield f"{each.name} does not take part."
        elif each.part is not Part.ASKED:
            yield f"{each.name} takes part."
    if found.state is not State.ASKED:
        yield "You play that you are silent. You are reminded, and each reminder says that it is a rehearsal."
    if stage in (*_ASKS, Stage.SILENT):
        yield "Three reminders were accepted and you were not heard from, so your guardians are asked."
    for each in found.guardians:
        if each.part in (Part.ANSWERED, Part.HELPED):
            yield f"{each.name} has answered."
    if stage in (Stage.VETO, Stage.SILENT):
        yield "As many guardians as you need have not heard from you."
    if stage is Stage.SILENT:
        yield f"You count as silent. {reader} is told that something was left for them."
    for each in found.guardians:
        if each.part is Part.HELPED:
            yield f"{each.name} has given their share to {reader}."
    if found.read:
        yield f"{reader} has opened the letter of the rehearsal."
    if found.next_day is not None:
        yield f"The rehearsal is done. The next one is due on {civil.utc(found.next_day * DAY_S).date}."
    elif found.state is State.LAPSED:
        yield (
            "This rehearsal is over: its relay keeps it no longer, for that ends after seven days. Begin it "
            "anew when all have time."
        )


def _waits(found: Rehearsal) -> str:
    own, parts = found.own, found.guardians
    writer, reader, k = own.bond.me, own.bond.peer, own.terms.k
    if found.state in (State.DONE, State.LAPSED):
        return ""
    if found.state is State.ASKED:
        return _waits_for_consent(parts, k, writer)
    if found.stage in (Stage.KEPT, Stage.LATE):
        return f"Reminders are on their way: {found.called} of {REMINDERS} were accepted."
    if found.stage is Stage.ASKING:
        silent = [each.name for each in parts if each.part is Part.TAKES_PART]
        have = f"{_names(silent)} {_have(silent)} still to say that they have not heard from you"
        return f"{have}: `twinbell guardian answer {_word(writer)} no --rehearsal`."
    if found.stage is Stage.VETO:
        return (
            "In earnest these would be the days in which a sign of life still ends it. Here they are seconds."
        )
    helped = sum(each.part is Part.HELPED for each in parts)
    if helped < k:
        left = [each.name for each in parts if each.part in (Part.TAKES_PART, Part.ANSWERED)]
        some = "" if k - helped >= len(left) else f"{k - helped} of "
        must = "must" if some or len(left) > 1 else "has to"
        return (
            f"{some}{_names(left)} {must} give their share to {reader}: "
            f"`twinbell guardian release {_word(writer)} --rehearsal`."
        )
    return f"{reader} has still to open the letter: `twinbell letter list`."


def _waits_for_consent(parts: "Sequence[Guardian]", k: int, writer: str) -> str:
    open_ = [each.name for each in parts if each.part is Part.ASKED]
    taking_part = sum(each.part is Part.TAKES_PART for each in parts)
    if taking_part + len(open_) < k:
        return (
            f"Only {taking_part + len(open_)} of {k} guardians that you need can take part. "
            "`twinbell rehearse --over` ends it."
        )
    have = (
        f"{_names(open_)} {_have(open_)} still to say whether they take part: "
        f"`twinbell guardian consent {_word(writer)} yes --rehearsal`."
    )
    if taking_part < k:
        return have
    return f"{have} It goes on without them after a day, or with `twinbell rehearse --now`."


def _names(names: "Sequence[str]") -> str:
    *most, newest = names or ["nobody"]
    return f"{', '.join(most)} and {newest}" if most else newest


def _were(names: "Sequence[str]") -> str:
    return "was" if len(names) == 1 else "were"


def _have(names: "Sequence[str]") -> str:
    return "has" if len(names) == 1 else "have"


def _word(name: str) -> str:
    return name if name.isalnum() else f'"{name}"'
