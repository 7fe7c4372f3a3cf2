"""O7: attackers at a bell: each has one guess, and the words of a bell in the middle never agree.

    strangers   answer a spoken bell with random words: one try each, the bell is burnt, both are told, and
                the one it was meant for cannot answer any more either
    latecomers  have the right code, eleven minutes late
    in between  one who has the code (a link that went through a messenger) runs a bell with each of the two,
                with keys of its own, and tries to make both see the same words

The words have 66 bits, which nobody can try out. So the one in between is judged on few bits of them: with
the commitment its luck is that of one throw; without (the known fault) it tries nonces until both agree.
"""

import argparse
import secrets
import sys
import time
from dataclasses import dataclass, replace
from unittest import mock

from twinbell.bond import bell
from twinbell.bond.bell import Answerer, Giver, Outcome
from twinbell.bond.code import Form, fresh_secret
from twinbell.bond.keys import Device, Keyring, Root
from twinbell.encoding import decode_map, encode

SHORT, LONG = 200, 10_000
NOW_S = 1_800_000_000
RELAY = "https://relay.example"
BITS = 14  # of the words, in the trial of strength
TRIES = 20  # times what it takes on average


class Broken(AssertionError):
    """The promise did not hold."""


def bundle(name: str) -> bytes:
    """Return the signed bundle of a person who was not there before."""
    root = Root.generate(secrets.token_bytes)
    device = Device.generate(secrets.token_bytes, root=root, relay=RELAY)
    keyring = Keyring.generate(
        root, device, relay=RELAY, name=name, chain=None, now_s=NOW_S, random=secrets.token_bytes
    )
    return keyring.bundle(root)


@dataclass(frozen=True, slots=True)
class People:
    """Three bundles: making them is the slow part, and a bell does not mind."""

    ana: bytes
    ben: bytes
    eve: bytes

    @classmethod
    def meet(cls) -> "People":
        return cls(bundle("Ana"), bundle("Ben"), bundle("Eve"))

    def bell(self, form: Form = Form.SPOKEN) -> Giver:
        giver = bell.give(self.ana, form=form, relay=RELAY, now_s=NOW_S)
        return bell.step(giver, bell.Placed("7" if form is Form.SPOKEN else "a" * 26), NOW_S)


def answered(giver: Giver, answerer: Answerer, now_s: int = NOW_S) -> tuple[Giver, Answerer]:
    """Carry m1 and m2."""
    answerer = bell.step(answerer, bell.Message(1, giver.m1), NOW_S)
    return bell.step(giver, bell.Message(2, answerer.m2), now_s), answerer


def strangers(people: People, bells: int) -> None:
    for _ in range(bells):
        giver = people.bell()
        guess = replace(giver.code, secret=fresh_secret(Form.SPOKEN, secrets.token_bytes))
        giver, eve = answered(giver, bell.answer(guess, people.eve, now_s=NOW_S))
        giver = bell.step(giver, bell.Check(), NOW_S)
        if giver.outcome is not Outcome.WRONG_CODE or bell.todo(giver) != (bell.Burn(),):
            raise Broken(f"A wrong guess left the bell {giver.state.value}.")
        # One more try, by the same and by the right one: nothing of it is looked at.
        again, ben = answered(giver, bell.answer(giver.code, people.ben, now_s=NOW_S))
        again = bell.step(again, bell.Check(), NOW_S)
        if again != giver:
            raise Broken("A burnt bell took another answer.")
        for side in (eve, ben):
            if bell.step(side, bell.Gone(), NOW_S).outcome is Outcome.JOINED:
                raise Broken("Somebody joined a burnt bell.")


def latecomers(people: People, bells: int) -> None:
    for _ in range(bells):
        giver = people.bell()
        giver, _ = answered(giver, bell.answer(giver.code, people.ben, now_s=NOW_S), NOW_S + 11 * 60 + 1)
        if bell.step(giver, bell.Check(), NOW_S).outcome is not Outcome.BURNT:
            raise Broken("A bell was answered after its time.")


def words(side: Giver | Answerer) -> bytes:
    return side.joined.bond.words


def in_between(people: People, *, grind: bool) -> tuple[bytes, bytes | None]:
    """Run a bell with each of the two, as one who knows the code; return the words that each of them sees.

    The best order for the one in between: first finish with the giver, whose words are then known, and then
    choose what is left to choose towards the answerer: the nonce, if nobody holds one to it.
    """
    giver = people.bell(Form.LINK)
    code = giver.code
    # Towards the answerer, a bell of our own under the same code.
    ours = bell.give(people.eve, form=Form.LINK, relay=RELAY, now_s=NOW_S)
    ours = replace(ours, secret=code.secret, nameplate=code.nameplate)
    ours = _rebuilt(ours)
    ours, ben = answered(ours, bell.answer(code, people.ben, now_s=NOW_S))
    ours = bell.step(ours, bell.Check(), NOW_S)

    giver, eve = answered(giver, bell.answer(code, people.eve, now_s=NOW_S))
    giver = bell.step(giver, bell.Check(), NOW_S)
    eve = bell.step(eve, bell.Message(3, giver.m3), NOW_S)
    giver = bell.step(giver, bell.Message(4, eve.m4), NOW_S)

    target = words(giver)
    ours = _ground(ours, target) if grind else ours
    ben = bell.step(ben, bell.Message(3, ours.m3), NOW_S)
    return target, words(ben) if ben.outcome is Outcome.JOINED else None


def _rebuilt(ours: Giver) -> Giver:
    """Make m1 anew for a secret that was not chosen but overheard."""
    with mock.patch.object(bell, "fresh_secret", lambda form, random: ours.secret):
        again = bell.give(ours.bundle, form=ours.form, relay=ours.relay, now_s=ours.made_s)
    return bell.step(again, bell.Placed(ours.nameplate), NOW_S)


def _ground(ours: Giver, target: bytes) -> Giver:
    """Try nonces until the answerer would see the giver's words, as far as they are compared here."""
    session = ours.session
    if session is None:
        raise Broken("The one in between was not let in with the right code.")
    for _ in range(TRIES << BITS):
        nonce = secrets.token_bytes(32)
        if same(bell.words_bits(session.transcript, nonce), target):
            break
    m3 = decode_map(ours.m3, bytes_max=bell.MESSAGE_BYTES_MAX) | {"nonce": nonce}
    return replace(ours, m3=encode(m3))


def same(a: bytes, b: bytes) -> bool:
    """Compare the few bits of the trial of strength."""
    return int.from_bytes(a) >> (8 * len(a) - BITS) == int.from_bytes(b) >> (8 * len(b) - BITS)


def main() -> int:
    """Run all attackers, then the known fault; return 0 if none got in and the fault was caught."""
    parser = argparse.ArgumentParser(prog="python -m torture.pairing", description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true")
    args = parser.parse_args()
    bells = LONG if args.long else SHORT
    begun_s = time.monotonic()
    people = People.meet()
    try:
        strangers(people, bells)
        latecomers(people, bells // 10)
        seen = [in_between(people, grind=False) for _ in range(bells // 2)]
        if any(ours == theirs for ours, theirs in seen):
            raise Broken("Two with somebody between them saw the same words.")
        refused = [in_between(people, grind=True)[1] is None for _ in range(3)]
        if not all(refused):
            raise Broken("The answerer took a nonce that was not the promised one.")
    except Broken as why:
        print(why)
        return 1
    with mock.patch.object(bell, "_check_nonce", lambda nonce, commitment: None):
        fooled = [in_between(people, grind=True) for _ in range(3)]
    if not all(theirs is not None and same(ours, theirs) for ours, theirs in fooled):
        print("The harness is blind: without the commitment the words could not be ground.")
        return 1
    print(
        f"{bells} strangers and {bells // 10} latecomers in {time.monotonic() - begun_s:.0f} s: none got in; "
        f"words differed in {len(seen)} of {len(seen)} with one in between; "
        f"without the commitment {BITS} bits of them were made equal, {len(fooled)} of {len(fooled)} times."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
