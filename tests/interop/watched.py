"""Python's side of a last letter whose reader has the web app: its writer and two guardians.

One JSON object a line comes in, `do` names a method, the rest are its arguments; one goes out. The relay is
a process, every clock is the machine's, and the watch is of the kind that a rehearsal has: a second stands
for a day. `web/tests/twin.ts` is the side that asks.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.relay.push_service import push_service

from twinbell.bond.bundle import Kind
from twinbell.bond.code import Code, Form
from twinbell.bond.fate import Fate
from twinbell.bond.gate import KeptChain
from twinbell.client import (
    alive,
    arming,
    bells,
    bonds,
    chains,
    channels,
    guardians,
    last,
    letters,
    mail,
    watch,
    wish,
)
from twinbell.client.guardians import Guarded
from twinbell.client.home import Home
from twinbell.client.watch import Own
from twinbell.wire.silence import Answer as Said

Answer = dict[str, Any]

WRITER, READER, GUARDIANS = "Mei", "Jun", ("Ann", "Bo")


class Everybody:
    """The homes of the writer and the guardians, by name."""

    names: tuple[str, ...] = (WRITER, *GUARDIANS)
    browser = READER  # who has the web app

    def __init__(self, folder: Path, service: str) -> None:
        self._service = service
        self._homes = {
            name: Home.make(folder / name.lower(), lambda: None, lambda _: "") for name in self.names
        }

    @property
    def _mei(self) -> Home:
        return self._homes[WRITER]

    @property
    def _own(self) -> Own:
        (own,) = watch.every(self._mei, rehearsals=True)
        return own

    def _guarded(self, name: str) -> Guarded:
        return guardians.find(self._homes[name], WRITER, rehearsal=True)

    def meet(self, relay: str) -> Answer:
        """Let the writer have a bond with each guardian."""
        for name in GUARDIANS:
            self._join(WRITER, name, Kind.GUARDIAN, relay)
        return {}

    def _join(self, giver: str, answerer: str, kind: Kind, relay: str) -> None:
        gives, answers = self._homes[giver], self._homes[answerer]
        given = bells.give(gives, relay=relay, name=giver, form=Form.SPOKEN, kind=kind)
        bells.answer(answers, code=given.side.code, name=answerer)
        for _ in range(4):
            bells.resume(answers)
            bells.resume(gives)
        bonds.verify(gives, bonds.find(gives.vault, answerer))

    def answer(self, who: str, code: str) -> Answer:
        """Answer a bell of the one who has the web app."""
        home = self._homes[who]
        bells.wait(home, bells.answer(home, code=Code.parse(code), name=who), until_s=None)
        bonds.verify(home, bonds.find(home.vault, self.browser))
        return {}

    def arm(self, every: int, texts: list[str], floors: list[str]) -> Answer:
        """Begin a watch, have it guarded, arm it, and leave a last letter for each text; return their ids."""
        self._begin(every)
        return self._arm(texts, floors)

    def _begin(self, every: int) -> None:
        """Begin a watch, and let those guardians agree who are here."""
        home = self._mei
        bond = bonds.find(home.vault, READER)
        created = watch.create(
            home, bond, zone="UTC", k=2, every=every, grace=3, veto=1, unit_s=1, rehearsal=True
        )
        for name in GUARDIANS:
            watch.invite(home, created, bonds.find(home.vault, name))
        self.settle()
        for name in GUARDIANS:
            if name != self.browser:
                guardians.consent(self._homes[name], self._guarded(name), True)
        self.settle()

    def _arm(self, texts: list[str], floors: list[str]) -> Answer:
        home = self._mei
        for way in ("desk", "phone"):
            channels.add(home, self._own, way, f"json://{self._service}/{way}")
        watch.gather(home, self._own)
        arming.arm_now(home, self._own)
        kept = [KeptChain(each.chain, each.keeper) for each in chains.known(home.vault) if each.relay]
        for text, floor in zip(texts, floors, strict=True):
            when = wish.parse(floor, now_s=home.now_s, zone="UTC")
            last.write(home, self._own, floor=when, kept=kept, fate=Fate(), subject=floor, text=text)
        self.settle()
        return {"letters": [row.name for row in letters.every(home.vault)]}

    def settle(self) -> Answer:
        """Let everybody send and receive until nothing more goes."""
        for _ in range(2):
            for home in self._homes.values():
                left = mail.catch_up(home)
                assert not left.reason, left.reason
        return {}

    def stage(self) -> Answer:
        """Return how far the watch has come, as its relay says."""
        return {"stage": str(watch.look(self._mei, self._own).stage)}

    def no(self, who: str) -> Answer:
        """Let a guardian say that they have not heard from the writer."""
        return {"said": guardians.answer(self._homes[who], self._guarded(who), Said.NO)}

    def release(self, who: str) -> Answer:
        """Let a guardian give their share to the reader, as soon as their own program lets them."""
        home, guarded = self._homes[who], self._guarded(who)
        guardians.release(home, guarded, guardians.readers(home, guarded))
        self.settle()
        return {}

    def words(self, who: str) -> Answer:
        """Return the share of a guardian, as it is read out."""
        (held,) = self._guarded(who).seat.shares
        return {"words": held.share.words}

    def back(self) -> Answer:
        """Let the writer be heard from."""
        alive.now(self._mei, self._own)
        return {}

    def read(self) -> Answer:
        """Return what the reader has shown to have read."""
        self.settle()
        rows = self._mei.vault.all("select record from event where kind = 'rehearsed' order by number")
        return {"proofs": [json.loads(row[0])["proof"] for row in rows]}


def main(kind: type[Everybody] = Everybody) -> None:
    """Answer until nobody asks any more."""
    with TemporaryDirectory() as folder, push_service() as service:
        everybody = kind(Path(folder), service.origin.partition("://")[2])
        for line in sys.stdin:
            request = json.loads(line)
            answer = getattr(everybody, request.pop("do"))(**request)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
