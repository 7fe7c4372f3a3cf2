"""Everybody's part in a rehearsal of the circle's watch, for tests that play one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.client.circle import GUARDIANS, READER, WRITER, Circle, circle
from tests.relay.watching import count

from twinbell.bond.mail import Mail
from twinbell.client import channels, guardians, opened, rehearsal, watch
from twinbell.client.guardians import Guarded
from twinbell.client.rehearsing import Rehearsal, State
from twinbell.wire.silence import Answer

REMIND = {"remind": ["json"], "remind_private": True}


@contextmanager
def ready(folder: Path) -> Iterator[Circle]:
    """Return a watch whose guardians have agreed and that reminds in two tested ways: it can be rehearsed."""
    with circle(folder, **REMIND) as made:
        made.ask_guardians()
        made.consent()
        home = made.homes[WRITER]
        watch.gather(home, made.own)
        address = made.service.origin.partition("://")[2]
        for way in ("desk", "phone"):
            channels.add(home, made.own, way, f"json://{address}/{way}")
            channels.test(home, made.own, way)
        made.settle()
        for name in made.homes:
            made.news(name)
        yield made


def advances(made: Circle, *, now: bool = False) -> Rehearsal:
    return rehearsal.advance(made.homes[WRITER], made.own, now=now)


def begins(made: Circle) -> None:
    rehearsal.begin(made.homes[WRITER], made.own)
    made.settle()


def in_rehearsal(made: Circle, who: str) -> Guarded:
    return guardians.find(made.homes[who], WRITER, rehearsal=True)


def take_part(made: Circle, *names: str) -> None:
    for name in names:
        guardians.consent(made.homes[name], in_rehearsal(made, name), True)
    made.settle()


def passes(made: Circle, seconds: int) -> None:
    """Let time pass that counts, with the sweep of each second."""
    for _ in range(seconds):
        count(made.relay, 1)
    made.settle()


def say_no(made: Circle, *names: str) -> None:
    for name in names:
        assert guardians.answer(made.homes[name], in_rehearsal(made, name), Answer.NO)


def release(made: Circle, *names: str) -> None:
    for name in names:
        home, guarded = made.homes[name], in_rehearsal(made, name)
        guardians.release(home, guarded, guardians.readers(home, guarded))
    made.settle()


def until_silent(made: Circle) -> None:
    begins(made)
    take_part(made, *GUARDIANS)
    assert advances(made).state is State.SILENT
    made.settle()
    passes(made, 40)
    say_no(made, "Ann", "Bo")
    passes(made, 25)


def reads(made: Circle) -> Mail:
    _, found = opened.open_letter(made.homes[READER], made.letter())
    made.settle()
    return found.mail
