"""X8: a network that doubles, holds back, replays, splices, cuts and drops what two pendants send.

Two pendants ring each other in memory; letters and whole keyrings travel as well. Between them every
delivery may go wrong, journals crash before and after they save, and now and then a home is restored from an
older copy. In the end the network behaves for a few days, and then

    every ring was shown once, and none twice
    nothing was shown that was not sent: splices, cuts and flipped bits are refused
    what is lost for good was told as a gap

The known faults: a receiver that forgets what it has, one that takes a fork for a double, one that never
tells a gap. Each must be caught.
"""

import argparse
import random as chance
import secrets
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from unittest import mock

from twinbell.bond import bell, daily, lifecycle
from twinbell.bond import event as ev
from twinbell.bond.chain import Receiving, Verdict
from twinbell.bond.code import Form
from twinbell.bond.keys import Device, Keyring, Root
from twinbell.bond.message import Letter, Ring
from twinbell.bond.pendant import Pendant

SHORT, LONG = 4_000, 100_000
CAUGHT_WITHIN = 1_200  # deliveries: a known fault shows soon
START_S = 1_800_000_000
DAY_S = 86_400
RELAY = "https://relay.example"

DOUBLED, HELD_BACK, REPLAYED, SPLICED, CUT, FLIPPED, DROPPED = 0.10, 0.10, 0.05, 0.01, 0.02, 0.01, 0.02
CRASHED, RESTORED, LOST_FOR_GOOD = 0.05, 0.005, 0.25


class Broken(AssertionError):
    """The promise did not hold."""


@dataclass(slots=True)
class Home:
    """One person: their pendant, what the journal keeps for them, and what they saw."""

    name: str
    pendant: Pendant
    inbox: list[bytes] = field(default_factory=list)  # in the order of the relay's log
    outbox: dict[int, ev.Deposit] = field(default_factory=dict)
    wanted: set[tuple[int, ...]] = field(default_factory=set)  # what this person sent
    shown: Counter[tuple[int, ...]] = field(default_factory=Counter)
    gaps: list[tuple[bytes, int, int]] = field(default_factory=list)
    lost: set[tuple[bytes, int, tuple[int, ...]]] = field(default_factory=set)  # sent, and nobody has it now
    orphaned: set[tuple[int, ...]] = field(default_factory=set)  # sent before a restore that forgot them
    highest: int = -1  # counter that this person ever sent
    log: list[bytes] = field(default_factory=list)  # all that was ever sent to this person
    copies: list[tuple[Pendant, dict[int, ev.Deposit]]] = field(default_factory=list)
    unopened: int = 0
    forks: int = 0


def pair(names: tuple[str, str]) -> tuple[Home, Home]:
    """Return two homes with a bond, by a bell."""
    people = []
    for name in names:
        root = Root.generate(secrets.token_bytes)
        device = Device.generate(secrets.token_bytes, root=root, relay=RELAY)
        keyring = Keyring.generate(
            root, device, relay=RELAY, name=name, chain=None, now_s=START_S, random=secrets.token_bytes
        )
        people.append((root, device, keyring))
    (root_a, device_a, keyring_a), (root_b, device_b, keyring_b) = people
    giver = bell.give(keyring_a.bundle(root_a), form=Form.SPOKEN, relay=RELAY, now_s=START_S)
    giver = bell.step(giver, bell.Placed("7"), START_S)
    answerer = bell.answer(giver.code, keyring_b.bundle(root_b), now_s=START_S)
    answerer = bell.step(answerer, bell.Message(1, giver.m1), START_S)
    giver = bell.step(giver, bell.Message(2, answerer.m2), START_S)
    giver = bell.step(giver, bell.Check(), START_S)
    answerer = bell.step(answerer, bell.Message(3, giver.m3), START_S)
    giver = bell.step(giver, bell.Message(4, answerer.m4), START_S)
    return (
        Home(names[0], Pendant.begin(keyring_a, device_a, giver.joined)),
        Home(names[1], Pendant.begin(keyring_b, device_b, answerer.joined)),
    )


class World:
    """Two homes, another pair to splice from, and the network between them. One seed, one run."""

    def __init__(self, seed: int) -> None:
        self.dice = chance.Random(seed)
        self.now_s = START_S
        self.homes = pair(("Ana", "Ben"))
        self.strangers = pair(("Cem", "Dee"))
        self.blobs: dict[bytes, bytes] = {}
        self.deliveries = 0
        self.written = 0
        self.kind = False  # whether the network behaves now
        self.refusals = Counter[str]()
        for home in self.homes:
            self.do(home, ev.Begun())

    def other(self, home: Home) -> Home:
        return self.homes[1] if home is self.homes[0] else self.homes[0]

    def do(self, home: Home, event: ev.Event) -> None:
        """One journal: save, then carry out. A crash before saving undoes it; the event comes again."""
        self.deliveries += isinstance(event, ev.Arrived)
        for _ in range(3):
            after, effects = lifecycle.step(home.pendant, event, self.now_s)
            if self.kind or self.dice.random() >= CRASHED:
                break
        home.pendant = after
        for effect in effects:
            self.carry_out(home, event, effect)

    def carry_out(self, home: Home, event: ev.Event, effect: ev.Effect) -> None:
        match effect:
            case ev.Deposit():
                home.outbox[effect.n] = effect
                self.send(home, effect)
            case ev.Resend(first, last):
                for n in range(first, last + 1):
                    if n in home.outbox:
                        self.send(home, home.outbox[n])
            case ev.FetchBlob(id):
                assert isinstance(event, ev.Arrived)
                self.do(home, ev.Arrived(event.envelope, event.arrived_s, self.blobs.get(id, b"")))
            case ev.FetchLetter(letter):
                home.shown[tuple(letter.id)] += 1
            case ev.Tell(ev.Rang(ring)):
                home.shown[ring.pattern] += 1
            case ev.Tell(ev.GapSeen(device, first, last) | ev.GapGivenUp(device, first, last)):
                home.gaps.append((device, first, last))
            case ev.Tell(ev.Unopenable()):
                home.unopened += 1
            case ev.Tell(ev.ForkSeen()):
                home.forks += 1

    def send(self, home: Home, deposit: ev.Deposit) -> None:
        """Seal and put into the other's inbox; the network does what it does."""
        if deposit.blob is not None:
            self.blobs[deposit.blobs[0]] = deposit.blob
        to = self.other(home)
        sealed = home.pendant.seal(deposit.body)
        dice = self.dice
        to.log.append(sealed)
        # A counter that a restored home uses again closes no gap, so nobody would ask for it: what the relay
        # has acknowledged is durable, and this network drops only what the chain can show.
        again, home.highest = deposit.n <= home.highest, max(home.highest, deposit.n)
        if self.kind:
            to.inbox.append(sealed)
            return
        if dice.random() < DROPPED and not again:
            if dice.random() < LOST_FOR_GOOD and deposit.n in home.outbox:
                del home.outbox[deposit.n]
                to.lost.add((home.pendant.device.id, deposit.n, _mark(deposit)))
            return
        if dice.random() < HELD_BACK:
            to.inbox.insert(max(0, len(to.inbox) - dice.randrange(1, 20)), sealed)
        else:
            to.inbox.append(sealed)
        if dice.random() < DOUBLED:
            to.inbox.append(sealed)
        if dice.random() < REPLAYED:
            to.inbox.append(dice.choice(to.log))
        if dice.random() < SPLICED:
            to.inbox.append(self.splice(to))
        if dice.random() < CUT:
            to.inbox.append(sealed[: dice.randrange(len(sealed))])
        if dice.random() < FLIPPED:
            at = dice.randrange(len(sealed))
            to.inbox.append(sealed[:at] + bytes([sealed[at] ^ 1 << dice.randrange(8)]) + sealed[at + 1 :])

    def splice(self, to: Home) -> bytes:
        """An envelope from another bond, half of the time with this bond's prekey tag on it."""
        stranger = self.strangers[self.dice.randrange(2)]
        after, effects = lifecycle.step(stranger.pendant, ev.RingWanted(Ring((77, 77))), self.now_s)
        stranger.pendant = after
        sealed = after.seal(next(effect.body for effect in effects if isinstance(effect, ev.Deposit)))
        self.refusals["spliced"] += 1
        if self.dice.random() < 0.5:
            return sealed
        return sealed[:1] + to.pendant.keyring.prekeys[-1].tag + sealed[5:]

    def write(self, home: Home) -> None:
        """Ring, or send a letter, with a mark that is seen nowhere else."""
        self.written += 1
        if self.dice.random() < 0.1:
            mark = secrets.token_bytes(16)
            blob, none = secrets.token_bytes(16), bytes(32)
            letter = Letter(id=mark, blob=blob, length=1, sha256=none, lock=none, eml=none)
            home.wanted.add(tuple(mark))
            self.do(home, ev.LetterSealed(letter))
        else:
            pattern = (10 + self.written // 4000, 10 + self.written % 4000)
            home.wanted.add(pattern)
            self.do(home, ev.RingWanted(Ring(pattern)))

    def receive(self, home: Home) -> None:
        """Take what lies in the inbox; a crash before the acknowledgement brings it again."""
        while home.inbox:
            sealed = home.inbox.pop(0)
            self.do(home, ev.Arrived(sealed, self.now_s))
            if not self.kind and self.dice.random() < CRASHED:
                home.pendant = Pendant.from_bytes(home.pendant.to_bytes())
                home.inbox.insert(0, sealed)

    def restore(self, home: Home) -> None:
        """Put an older copy in the place of the home, as from a backup: its counters run again."""
        pendant, outbox = self.dice.choice(home.copies)
        home.orphaned |= {_mark(deposit) for n, deposit in home.outbox.items() if n >= pendant.sending.next}
        receiving = {chain.device: chain for chain in home.pendant.receiving}
        # What it had received it has shown already: the person's screen is not restored with it.
        home.pendant = replace(pendant, receiving=tuple(receiving.values()), keyring=home.pendant.keyring)
        home.outbox = dict(outbox)

    def pass_day(self) -> None:
        for _ in range(24):
            self.now_s += 3600
            for home in self.homes:
                self.do(home, ev.Tick())
                self.receive(home)

    def run(self, deliveries: int, *, restores: bool = True) -> "World":
        """Go on until so many deliveries were made, then let the network behave, and judge."""
        next_day = 400
        while self.deliveries < deliveries:
            home = self.homes[self.dice.randrange(2)]
            self.now_s += self.dice.randrange(1, 120)
            self.write(home)
            if self.dice.random() < 0.2:
                self.receive(self.other(home))
            if self.dice.random() < 0.02:
                home.copies = [*home.copies[-3:], (home.pendant, dict(home.outbox))]
            if restores and home.copies and self.dice.random() < RESTORED:
                self.restore(home)
            if self.deliveries > next_day:
                next_day += 1500
                self.pass_day()
        self.kind = True
        for _ in range(5):
            for home in self.homes:  # the last word of each shows what is missing before it
                self.write(home)
            self.pass_day()
        self.judge(restored=restores)
        return self

    def judge(self, *, restored: bool) -> None:
        for home in self.homes:
            sender = self.other(home)
            twice = [mark for mark, times in home.shown.items() if times > 1]
            if twice:
                raise Broken(f"{home.name} was shown {len(twice)} things twice.")
            if foreign := set(home.shown) - sender.wanted:
                raise Broken(f"{home.name} was shown {len(foreign)} things that nobody sent.")
            lost = {mark for _, _, mark in home.lost}
            # A home that is restored has forgotten what it sent since its copy, and cannot give it again.
            missed = sender.wanted - set(home.shown) - lost - sender.orphaned
            untold = [(device, n) for device, n, _ in home.lost if not _told(home, device, n)]
            if missed:
                raise Broken(f"{home.name} never saw {len(missed)} of {len(sender.wanted)} things.")
            if untold and not restored:
                raise Broken(f"{home.name} was not told of {len(untold)} gaps.")
        if self.refusals["spliced"] and sum(home.unopened for home in self.homes) < self.refusals["spliced"]:
            raise Broken("A splice from another bond was not refused.")


def _mark(deposit: ev.Deposit) -> tuple[int, ...]:
    from twinbell.bond.message import Body

    content = Body.parse(deposit.body).content or {}
    pattern, id = content.get("pattern"), content.get("id")
    if isinstance(pattern, list):
        return tuple(int(step) for step in pattern if isinstance(step, int))
    return tuple(id) if isinstance(id, bytes) else ()


def _told(home: Home, device: bytes, n: int) -> bool:
    return any(who == device and first <= n <= last for who, first, last in home.gaps)


# The known faults, each caught.


def forgetful(chain: Receiving, **body: object) -> tuple[Receiving, Verdict]:
    """A receiver that takes every body for a new one."""
    after, verdict = _ACCEPT(chain, **body)  # type: ignore[arg-type]
    return after, Verdict.NEXT if verdict is Verdict.DOUBLE else verdict


def fork_as_double(chain: Receiving, **body: object) -> tuple[Receiving, Verdict]:
    """A receiver that refuses a counter it has seen, whatever comes with it."""
    after, verdict = _ACCEPT(chain, **body)  # type: ignore[arg-type]
    return (chain, Verdict.DOUBLE) if verdict is Verdict.FORK else (after, verdict)


def silent(pendant: Pendant, now_s: int) -> tuple[Pendant, tuple[ev.Effect, ...]]:
    """A receiver that sees gaps and says nothing."""
    after, effects = _GAPS_TOLD(pendant, now_s)
    told = (ev.GapSeen, ev.GapGivenUp)
    return after, tuple(
        each for each in effects if not (isinstance(each, ev.Tell) and isinstance(each.news, told))
    )


_ACCEPT = Receiving.accept
_GAPS_TOLD = daily._gaps_told

FAULTS = {
    "forgets what it has": (Receiving, "accept", forgetful, False),
    "takes a fork for a double": (Receiving, "accept", fork_as_double, True),
    "never tells a gap": (daily, "_gaps_told", silent, False),
}


def caught(seed: int) -> list[str]:
    """Return the known faults that the harness does not catch."""
    missed = []
    for says, (where, name, fault, restores) in FAULTS.items():
        with mock.patch.object(where, name, fault):
            try:
                World(seed).run(CAUGHT_WITHIN, restores=restores)
            except Broken as why:
                print(f"  caught, {says}: {why}")
            else:
                missed.append(says)
    return missed


def main() -> int:
    """Run both worlds, then the faults; return 0 if all held and all were caught."""
    parser = argparse.ArgumentParser(prog="python -m torture.net", description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--deliveries", type=int)
    parser.add_argument("--seed", type=int, default=8)
    args = parser.parse_args()
    deliveries = args.deliveries or (LONG if args.long else SHORT)
    begun_s = time.monotonic()
    try:
        worlds = [World(args.seed + n).run(deliveries // 2, restores=bool(n)) for n in range(2)]
    except Broken as why:
        print(f"seed {args.seed}: {why}")
        return 1
    took_s = time.monotonic() - begun_s
    missed = caught(args.seed)
    if missed:
        print(f"The harness is blind: it did not catch one that {', '.join(missed)}.")
        return 1
    homes = [home for world in worlds for home in world.homes]
    print(
        f"{sum(world.deliveries for world in worlds)} deliveries in {took_s:.0f} s: "
        f"{sum(len(home.shown) for home in homes)} shown once, "
        f"{sum(world.refusals['spliced'] for world in worlds)} splices and "
        f"{sum(home.unopened for home in homes)} envelopes in all refused, "
        f"{sum(home.forks for home in homes)} forks told, "
        f"{sum(len(home.lost) for home in homes)} lost and told; {len(FAULTS)} known faults caught."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
