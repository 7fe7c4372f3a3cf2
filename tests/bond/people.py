"""Two people with a bond, and a bell between them, made the way that real ones are."""

import secrets

from twinbell.bond import bell
from twinbell.bond.code import Code, Form
from twinbell.bond.keys import Device, Keyring, Kind, Root
from twinbell.bond.pendant import Pendant

RELAY = "https://relay.example"
NOW_S = 1_800_000_000
NAMEPLATES = {Form.SPOKEN: "7", Form.LINK: "abcdefghijklmnopqrstuvwxyz"}


class Person:
    """A root, a device and a keyring that no bell has used yet."""

    def __init__(self, name, random=secrets.token_bytes, kind=Kind.PAIR):
        self.name, self.random = name, random
        self.root = Root.generate(random)
        self.device = Device.generate(random, root=self.root, relay=RELAY)
        self.keyring = Keyring.generate(
            self.root, self.device, relay=RELAY, name=name, chain=None, now_s=NOW_S, random=random, kind=kind
        )
        self.bundle = self.keyring.bundle(self.root)

    def gives(self, form=Form.SPOKEN):
        giver = bell.give(self.bundle, form=form, relay=RELAY, now_s=NOW_S, random=self.random)
        return bell.step(giver, bell.Placed(NAMEPLATES[form]), NOW_S)

    def answers(self, code, now_s=NOW_S):
        code = Code.parse(str(code)) if isinstance(code, str) else code
        return bell.answer(code, self.bundle, now_s=now_s, random=self.random)


def ring_true(giver, answerer, now_s=NOW_S):
    """Carry the messages of a bell between two sides until both have an outcome."""
    answerer = bell.step(answerer, bell.Message(1, giver.m1), now_s)
    giver = bell.step(giver, bell.Message(2, answerer.m2), now_s)
    giver = bell.step(giver, bell.Check(), now_s)
    answerer = bell.step(answerer, bell.Message(3, giver.m3), now_s)
    giver = bell.step(giver, bell.Message(4, answerer.m4), now_s)
    return giver, answerer


def pair(random=secrets.token_bytes, kind=Kind.PAIR):
    """Return the pendants of two people who have just joined."""
    ana, ben = Person("Ana", random, kind), Person("Ben", random, kind)
    giver = ana.gives()
    giver, answerer = ring_true(giver, ben.answers(giver.code))
    return (
        Pendant.begin(ana.keyring, ana.device, giver.joined),
        Pendant.begin(ben.keyring, ben.device, answerer.joined),
    )
