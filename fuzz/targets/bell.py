"""The messages of a bell: whatever comes, a side goes on or the bell is burnt, and no forgery is joined."""

from collections.abc import Iterator
from functools import cache

from fuzz.targets.bundle import _bundle, _random
from twinbell.bond import bell
from twinbell.bond.code import Form
from twinbell.bond.keys import Device, Keyring
from twinbell.bond.kit import Root

NOW_S = 1_800_000_000


def _other(length: int) -> bytes:
    return _random(length)[::-1]


@cache
def _run() -> tuple[bell.Giver, bell.Giver, bell.Answerer, bell.Answerer, tuple[bytes, ...]]:
    """Return the sides as they wait for messages 2, 4, 1 and 3, and the true messages."""
    root = Root(bytes(reversed(range(32))))
    device = Device.generate(_other, root=root, relay="https://relay.example")
    jun = Keyring.generate(
        root, device, relay="https://relay.example", name="Jun", chain=None, now_s=0, random=_other
    )
    giver = bell.give(_bundle(), form=Form.SPOKEN, relay="https://relay.example", now_s=NOW_S, random=_random)
    offered = bell.step(giver, bell.Placed("7"), NOW_S)
    called = bell.answer(offered.code, jun.bundle(root), now_s=NOW_S, random=_other)
    answered = bell.step(called, bell.Message(1, offered.m1), NOW_S)
    spent = bell.step(offered, bell.Message(2, answered.m2), NOW_S)
    confirmed = bell.step(spent, bell.Check(), NOW_S)
    joined = bell.step(answered, bell.Message(3, confirmed.m3), NOW_S)
    return offered, confirmed, called, answered, (giver.m1, answered.m2, confirmed.m3, joined.m4)


def seeds() -> Iterator[bytes]:
    for number, message in enumerate(_run()[4], 1):
        yield b"%d" % number + message


def one(data: bytes) -> bool:
    number, rest = data[:1], data[1:]
    offered, confirmed, called, answered, true = _run()
    if number == b"1":
        return bell.step(called, bell.Message(1, rest), NOW_S).state is bell.State.ANSWERED
    if number == b"2":
        spent = bell.step(offered, bell.Message(2, rest), NOW_S)
        done: bell.Giver | bell.Answerer = bell.step(spent, bell.Check(), NOW_S)
        took = done.state is bell.State.CONFIRMED
    elif number == b"3":
        done = bell.step(answered, bell.Message(3, rest), NOW_S)
        took = done.state is bell.State.JOINED
    elif number == b"4":
        done = bell.step(confirmed, bell.Message(4, rest), NOW_S)
        took = done.state is bell.State.JOINED
    else:
        return False
    assert not took or rest == true[int(number) - 1]
    return took
