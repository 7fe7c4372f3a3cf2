"""A writer, a reader and three guardians with their homes, around one watch at a real relay, in this process.

The clock is one that tests move; the relay counts the time that `days` lets pass, and reminds by a service
on this machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.relay.push_service import Browser, PushService, push_service
from tests.relay.running import Running
from tests.relay.watching import days, watching

from twinbell.bond.bundle import Kind
from twinbell.bond.code import Form
from twinbell.bond.fate import Fate
from twinbell.bond.gate import KeptChain
from twinbell.client import (
    arming,
    bells,
    bonds,
    chains,
    guardians,
    last,
    letters,
    mail,
    watch,
    wish,
)
from twinbell.client.bonds import BondRow
from twinbell.client.events import untold
from twinbell.client.guardians import Guarded
from twinbell.client.home import Home
from twinbell.client.letters import LetterRow
from twinbell.client.watch import Own
from twinbell.wire.watch import Channels, PushChannel

WRITER, READER, GUARDIANS = "Mei", "Jun", ("Ann", "Bo", "Cy")
TEXT = "The key to the piano is behind the clock."


@dataclass
class Circle:
    """Everybody's homes, by their names."""

    relay: Running
    service: PushService
    homes: dict[str, Home] = field(default_factory=dict)

    def bond(self, who: str, other: str) -> BondRow:
        return bonds.find(self.homes[who].vault, other)

    @property
    def own(self) -> Own:
        return watch.of(self.homes[WRITER], self.bond(WRITER, READER))

    def guarded(self, who: str) -> Guarded:
        return guardians.find(self.homes[who], WRITER)

    def letter(self) -> LetterRow:
        (row,) = letters.every(self.homes[READER].vault)
        return row

    def join(self, who: str, other: str, kind: Kind) -> None:
        """Let two have a bond, and compare its words."""
        giver, answerer = self.homes[who], self.homes[other]
        given = bells.give(giver, relay=self.relay.url, name=who, form=Form.SPOKEN, kind=kind)
        bells.answer(answerer, code=given.side.code, name=other)
        for _ in range(4):
            bells.resume(answerer)
            bells.resume(giver)
        for home, name in ((giver, other), (answerer, who)):
            bonds.verify(home, bonds.find(home.vault, name))

    def settle(self) -> None:
        """Let everybody send and receive until nothing more goes."""
        for _ in range(3):
            for home in self.homes.values():
                left = mail.catch_up(home)
                assert not left.reason, left.reason

    def days(self, number: float) -> None:
        days(self.relay, number)

    def news(self, who: str) -> list[str]:
        """Return what has happened to somebody and was not asked for before."""
        home = self.homes[who]
        kinds = []
        for event in untold(home.vault):
            kinds.append(event.kind)
            home.vault.run("update event set told = 1 where number = ?", event.number)
        return kinds

    def ask_guardians(self) -> None:
        home, own = self.homes[WRITER], self.own
        for name in GUARDIANS:
            watch.invite(home, own, self.bond(WRITER, name))
        self.settle()

    def consent(self) -> None:
        for name in GUARDIANS:
            guardians.consent(self.homes[name], self.guarded(name), True)
        self.settle()

    def arm(self) -> None:
        """Let the writer be reminded on two devices and arm the watch, as after a rehearsal."""
        home, own = self.homes[WRITER], self.own
        devices = (
            PushChannel(name, Browser.subscribe(self.service, name).subscription)
            for name in ("phone", "desk")
        )
        watch.relay(home, own).put_channels(own.id, own.owned.owner, Channels(tuple(devices)))
        watch.gather(home, own)
        arming.arm_now(home, self.own)
        self.settle()

    def write(self, floor: str = "in 100 days") -> None:
        """Let the writer leave a last letter."""
        home = self.homes[WRITER]
        kept = [KeptChain(each.chain, each.keeper) for each in chains.known(home.vault) if each.relay]
        last.write(
            home,
            self.own,
            floor=wish.parse(floor, now_s=home.now_s, zone="UTC"),
            kept=kept,
            fate=Fate(),
            subject="The piano",
            text=TEXT,
        )
        self.settle()

    def until_asked(self) -> None:
        """Let the writer be silent until guardians are asked."""
        self.days(40)
        self.settle()

    def no_from(self, *names: str) -> None:
        from twinbell.wire.silence import Answer

        for name in names:
            assert guardians.answer(self.homes[name], self.guarded(name), Answer.NO)


@contextmanager
def circle(folder: Path, **settings: Any) -> Iterator[Circle]:
    """Return them with their bonds, all words compared, and a watch that nobody guards yet."""
    with (
        push_service() as service,
        watching(folder / "data", service, beacon_period=30, **settings) as relay,
    ):
        made = Circle(relay, service)
        try:
            for name in (WRITER, READER, *GUARDIANS):
                path = folder / name.lower()
                made.homes[name] = Home.make(path, lambda: None, lambda _: "", clock=relay.clock)
            made.join(WRITER, READER, Kind.PAIR)
            for name in GUARDIANS:
                made.join(WRITER, name, Kind.GUARDIAN)
                made.join(READER, name, Kind.GUARDIAN)
            made.settle()
            own = watch.create(made.homes[WRITER], made.bond(WRITER, READER), zone="UTC", k=2)
            watch.settle(made.homes[WRITER], own)
            yield made
        finally:
            for home in made.homes.values():
                home.close()


@contextmanager
def armed(folder: Path) -> Iterator[Circle]:
    """Return them with an armed watch and one last letter that has arrived."""
    with circle(folder) as made:
        made.ask_guardians()
        made.consent()
        made.arm()
        made.write()
        for name in made.homes:
            made.news(name)
        yield made
