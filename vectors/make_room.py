"""Make vectors/room/: the door, meetings with every value, what must be refused, and the relay's frames.

A meeting is told by its steps: for each side what happened, what was to be done, and the state after it.
"""

from dataclasses import replace
from typing import Any

from vectors.chance import Drawn, before, encapsulations, save, written
from vectors.make_keys import person

from twinbell.bond import ratchet, room
from twinbell.bond.door import Door
from twinbell.bond.frozen import Frozen
from twinbell.bond.keys import Bond, Bundle, Keyring, Role
from twinbell.bond.ratchet import Greeting
from twinbell.bond.room import Entered, Event, Heard, Room, Say, State
from twinbell.bond.thought import PLAIN_BYTES, THOUGHT_BYTES_MAX, Moment, Thought, fit
from twinbell.encoding import encode
from twinbell.wire import room as wire

BOND = bytes(range(32))
GIVER, ANSWERER = Role.GIVER, Role.ANSWERER


def keyring(name: str, peer: str, role: Role) -> Keyring:
    """Return the keyring of one who has a bond with the other."""
    _, _, ours = person(name)
    root, _, theirs = person(peer)
    bond = Bond(id=BOND, role=role, words=bytes(9), since_s=0)
    return replace(ours, bond=bond, peer=Bundle.parse(theirs.bundle(root)))


def doors() -> dict[Role, Door]:
    return {GIVER: Door.of(keyring("Ana", "Ben", GIVER)), ANSWERER: Door.of(keyring("Ben", "Ana", ANSWERER))}


def plain(value: Any) -> Any:
    """Return an event, an effect or news as JSON."""
    if isinstance(value, Frozen):
        fields = {name: plain(getattr(value, name)) for name in value.__match_args__}
        return {"type": type(value).__name__, **fields}
    return value.hex() if isinstance(value, bytes) else value


class Side:
    """One side, and the steps that it has taken."""

    def __init__(self, door: Door, name: str) -> None:
        self.room, self.draw = Room(door=door), Drawn(name)
        self.seeds: list[str] = []
        self.steps: list[dict[str, Any]] = []
        self.said: list[Say] = []

    def random(self, length: int) -> bytes:
        drawn = self.draw(length)
        self.seeds.append(drawn.hex())
        return drawn

    def does(self, event: Event) -> list[Say]:
        """Take a step, and return what is to be said."""
        self.room, effects = room.step(self.room, event, random=self.random)
        effects_told = [plain(effect) for effect in effects]
        self.steps.append({"event": plain(event), "effects": effects_told, "state": self.room.state.value})
        said = [effect for effect in effects if isinstance(effect, Say)]
        self.said += said
        return said


class Two:
    """Both sides, and a relay between them that does what it should."""

    def __init__(self, name: str, known: dict[Role, bytes] | None = None, hold: int = 99) -> None:
        self.hold = hold  # the answerer's message from which on nothing reaches the giver by itself
        self.doors = doors()
        for role, secret in (known or {}).items():
            self.doors[role] = replace(self.doors[role], known=secret)
        self.sides = {role: Side(self.doors[role], f"{name} {role.name}") for role in Role}
        self.meeting = 0

    def enters(self, role: Role) -> None:
        """Let one in whose seat is empty, and carry what follows."""
        here = [each for each, side in self.sides.items() if side.room.state is not State.OUTSIDE]
        self.meeting += len(here)
        said = [
            (each, say)
            for each in (*here, role)
            for say in self.sides[each].does(Entered(len(here) + 1, self.meeting))
        ]
        self.carries(said)

    def does(self, role: Role, event: Event) -> None:
        self.carries([(role, say) for say in self.sides[role].does(event)])

    def carries(self, said: list[tuple[Role, Say]]) -> None:
        while said:
            sender, say = said.pop(0)
            if sender is ANSWERER and self.sides[sender].said.index(say) >= self.hold:
                continue
            answers = self.sides[sender.other].does(Heard(say.meeting, say.body))
            said += [(sender.other, each) for each in answers]

    def meet(self) -> None:
        self.enters(GIVER)
        self.enters(ANSWERER)

    def told(self, kept: list[dict[str, str]]) -> dict[str, Any]:
        return {
            "encapsulations": kept,
            **{role.name.lower(): _side(self.sides[role]) for role in Role},
        }


def _side(side: Side) -> dict[str, Any]:
    return {"door": _door(side.room.door), "seeds": side.seeds, "steps": side.steps}


def _door(door: Door) -> dict[str, Any]:
    return {
        "relay": door.relay,
        "bond": door.bond.hex(),
        "role": int(door.role),
        "room": door.room.hex(),
        "token": door.token.hex(),
        "known": door.known.hex(),
    }


def door() -> dict[str, Any]:
    giver, answerer = doors()[GIVER], doors()[ANSWERER]
    if replace(giver, role=ANSWERER) != answerer:
        raise AssertionError("Both must stand before one door.")
    return {
        "giver_key": person("Ana")[2].inbox.key.hex(),
        "answerer_key": person("Ben")[2].inbox.key.hex(),
        "giver": _door(giver),
        "answerer": _door(answerer),
    }


def meeting() -> dict[str, Any]:
    """They meet, think, hold hands; one leaves and comes again."""
    two = Two("meeting")
    with encapsulations(before("room", "meeting").get("encapsulations")) as kept:
        two.meet()
        two.does(GIVER, room.Think(Thought(0, "I was", False)))
        two.does(GIVER, room.Think(Thought(0, "I was thinking of", False)))
        two.does(GIVER, room.Beat())
        two.does(ANSWERER, room.Press(True))
        two.does(ANSWERER, room.Beat())
        two.does(GIVER, room.Think(Thought(0, "I was thinking of you.", True)))
        two.does(GIVER, room.Think(Thought(1, "", False)))
        two.does(GIVER, room.Press(True))
        two.does(GIVER, room.Beat())
        two.does(ANSWERER, room.Think(Thought(0, "私も。", True)))
        two.does(ANSWERER, room.Beat())
        two.does(GIVER, room.Beat())
        two.does(GIVER, room.Press(False))
        two.does(GIVER, room.Beat())
        two.does(ANSWERER, room.Leave())
        two.does(GIVER, room.TheyLeft())
        two.does(GIVER, room.Think(Thought(2, "Nobody hears this.", True)))
        two.does(GIVER, room.Beat())
        two.enters(ANSWERER)
        two.does(ANSWERER, room.Think(Thought(1, "あ" * (THOUGHT_BYTES_MAX // 3), True)))
        two.does(ANSWERER, room.Beat())
    return {**two.told(kept), "keys": _keys(two, kept)}


def _keys(two: Two, kept: list[dict[str, str]]) -> dict[str, Any]:
    """Return what makes the keys of the first meeting."""
    secrets = [bytes.fromhex(each["secret"]) for each in kept]
    answers = [bytes.fromhex(each["ciphertext"]) for each in kept]
    spoken = {}
    for role, side in two.sides.items():
        hello, answer = side.said[0].body, side.said[1].body
        spoken[role] = Greeting(hello=hello, answer=answer, secret=secrets[answers.index(answer)])
    there, giver, answerer = two.doors[GIVER], spoken[GIVER], spoken[ANSWERER]
    transcript = ratchet.transcript(bond=BOND, room=there.room, giver=giver, answerer=answerer)
    made = ratchet.chains(bond=BOND, room=there.room, known=there.known, giver=giver, answerer=answerer)
    return {
        "transcript": transcript.hex(),
        "giver_secret": giver.secret.hex(),
        "answerer_secret": answerer.secret.hex(),
        "giver_chain": made[GIVER].chain.hex(),
        "answerer_chain": made[ANSWERER].chain.hex(),
        "giver_frames": _frames(made[GIVER], two.sides[GIVER]),
        "answerer_frames": _frames(made[ANSWERER], two.sides[ANSWERER]),
    }


def _frames(chain: ratchet.Ratchet, side: Side) -> list[dict[str, str]]:
    """Return what each frame of the first meeting said, and the chain when it was said."""
    frames = []
    for say in side.said[2:]:
        if say.meeting != 1:
            break
        opened, after = chain.open(say.body)
        record = opened[2 : 2 + int.from_bytes(opened[:2])]
        frames.append({"chain": chain.chain.hex(), "record": record.hex(), "sealed": say.body.hex()})
        chain = after
    return frames


def ways_out() -> dict[str, dict[str, Any]]:
    """How a meeting ends without anybody's fault."""
    ends: dict[str, list[Event]] = {
        "they_left": [room.TheyLeft(), Heard(1, b"late"), room.TheyLeft()],
        "lost": [room.Lost(), room.Beat(), Heard(1, b"late")],
        "seat_taken": [room.SeatTaken()],
        "left_and_left_again": [room.Leave(), room.Leave()],
        "another_company": [Heard(2, b"of another meeting"), Entered(2, 2)],
        "silence": [room.Beat()] * (room.SILENT_BEATS + 2),
    }
    return {name: _ends(name, events) for name, events in ends.items()}


def _ends(name: str, events: list[Event]) -> dict[str, Any]:
    two = Two(name)
    with encapsulations(before("room", name).get("encapsulations")) as kept:
        two.meet()
        for event in events:
            two.sides[GIVER].does(event)
    return {"encapsulations": kept, "giver": _side(two.sides[GIVER])}


def refused() -> dict[str, dict[str, Any]]:
    found = {}
    for name, (at, change, reason) in REFUSALS.items():
        found[f"refused_{name}"] = _refusal(f"refused_{name}", at, change, reason)
    known = {ANSWERER: bytes(32)}
    with encapsulations(before("room", "refused_a_stranger").get("encapsulations")) as kept:
        two = Two("refused_a_stranger", known)
        two.meet()
    found["refused_a_stranger"] = {
        "refuses": "room",
        "reason": "who knows the way and not what the two know confirms nothing",
        "encapsulations": kept,
        "giver": _side(two.sides[GIVER]),
    }
    return found


def _refusal(name: str, at: int, change: Any, reason: str) -> dict[str, Any]:
    """Let the giver hear what `change` makes of the message `at` of the answerer, in the place of it."""
    with encapsulations(before("room", name).get("encapsulations")) as kept:
        two = Two(name, hold=at)
        two.meet()
        for number in range(3):
            two.does(ANSWERER, room.Think(Thought(number, f"thought {number}", True)))
            two.does(ANSWERER, room.Beat())
        giver, said = two.sides[GIVER], two.sides[ANSWERER].said
        two.does(GIVER, Heard(1, change(two, said)))
        for number in range(at + 1, 3):  # what cannot be seen at once, the first frame shows
            if giver.room.state is not State.OUTSIDE:
                two.does(GIVER, Heard(1, said[number].body))
    if giver.room.state is not State.OUTSIDE or not giver.steps[-1]["effects"]:
        raise AssertionError(f"{name} was not refused.")
    return {"refuses": "room", "reason": reason, "encapsulations": kept, "giver": _side(giver)}


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _sealed(two: Two, plain_text: bytes, *, skip: int = 0) -> bytes:
    """Seal something with the key of the answerer's first frame, or of one `skip` later."""
    kept = two.sides[ANSWERER].said
    chain = _chain(two)
    for say in kept[2 : 2 + skip]:
        _, chain = chain.open(say.body)
    return chain.seal(plain_text)[0]


def _chain(two: Two) -> ratchet.Ratchet:
    """Return the answerer's chain as it began: the giver decapsulates once more, with its own seed."""
    from twinbell.crypto import xwing

    giver, answerer = two.sides[GIVER], two.sides[ANSWERER]
    secrets = {
        GIVER: xwing.decapsulate(bytes.fromhex(answerer.seeds[0]), giver.said[1].body),
        ANSWERER: xwing.decapsulate(bytes.fromhex(giver.seeds[0]), answerer.said[1].body),
    }
    spoken = {
        role: Greeting(hello=side.said[0].body, answer=side.said[1].body, secret=secrets[role])
        for role, side in two.sides.items()
    }
    return ratchet.chains(
        bond=BOND,
        room=two.doors[GIVER].room,
        known=two.doors[GIVER].known,
        giver=spoken[GIVER],
        answerer=spoken[ANSWERER],
    )[ANSWERER]


def _padded(record: Any, *, filler: bytes = b"\0") -> bytes:
    data = record if isinstance(record, bytes) else encode(record)
    return (len(data).to_bytes(2) + data).ljust(PLAIN_BYTES, filler)


_POINT = 3 + 1184  # where X25519's part of a hello begins

# Name: the message of the answerer (0 hello, 1 answer, 2 first frame, …), what is heard in its place, why.
REFUSALS: dict[str, tuple[int, Any, str]] = {
    "our_own_greeting": (0, lambda two, _: two.sides[GIVER].said[0].body, "our own hello comes back"),
    "both_first": (0, lambda _, m: m[0].body[:2] + b"\x01" + m[0].body[3:], "both claim to have come first"),
    "both_givers": (0, lambda _, m: m[0].body[:1] + b"\0" + m[0].body[2:], "both claim to be the giver"),
    "version_zero": (0, lambda _, m: b"\0" + m[0].body[1:], "there is no version 0"),
    "a_newer_version": (0, lambda _, m: b"\x02", "a newer Twinbell greets otherwise; this is told"),
    "a_short_greeting": (0, lambda _, m: m[0].body[:-1], "a byte is missing"),
    "a_long_greeting": (0, lambda _, m: m[0].body + b"\0", "a byte too many"),
    "no_greeting": (0, lambda _, m: bytes(512), "a frame without a greeting"),
    "an_unreduced_key": (0, lambda _, m: m[0].body[:3] + b"\xff" * 3 + m[0].body[6:], "no ML-KEM key"),
    "a_point_of_low_order": (0, lambda _, m: m[0].body[:_POINT] + bytes(32), "no X25519 key"),
    "a_changed_key": (0, lambda _, m: _flipped(m[0].body, _POINT), "each has another transcript"),
    "a_short_answer": (1, lambda _, m: m[1].body[:-1], "a byte is missing"),
    "a_changed_answer": (1, lambda _, m: _flipped(m[1].body, 0), "it carries another secret"),
    "an_answer_of_low_order": (1, lambda _, m: m[1].body[:1088] + bytes(32), "no X25519 key"),
    "a_first_frame_that_was_changed": (2, lambda _, m: _flipped(m[2].body, 100), "one bit"),
    "a_first_frame_that_speaks": (
        2,
        lambda two, _: _sealed(two, _padded({"hand": True})),
        "it confirms and says nothing",
    ),
    "our_own_first_frame": (2, lambda two, _: two.sides[GIVER].said[2].body, "it is of the other direction"),
    "a_later_frame_first": (2, lambda _, m: m[3].body, "the first frame was left out"),
    "a_replayed_frame": (4, lambda _, m: m[3].body, "its key is forgotten"),
    "a_frame_left_out": (4, lambda _, m: m[5].body, "its key is not there yet"),
    "a_changed_frame": (3, lambda _, m: _flipped(m[3].body, 511), "one bit"),
    "a_short_frame": (3, lambda _, m: m[3].body[:-1], "a byte is missing"),
    "no_frame": (3, lambda _, m: b"\0", "shorter than a tag"),
    "our_own_frame": (3, lambda two, _: two.sides[GIVER].said[2].body, "it is of the other direction"),
    "padding_that_is_not_zeros": (
        3,
        lambda two, _: _sealed(two, _padded({"hand": False}, filler=b"\1"), skip=1),
        "right key, wrong padding",
    ),
    "a_length_beyond_the_frame": (
        3,
        lambda two, _: _sealed(two, b"\xff\xff" + bytes(PLAIN_BYTES - 2), skip=1),
        "right key, wrong length",
    ),
    "another_length": (
        3,
        lambda two, _: _sealed(two, _padded({"hand": False})[:-1], skip=1),
        "right key, another length",
    ),
    "no_record": (3, lambda two, _: _sealed(two, _padded(b"\xff"), skip=1), "right key, no record"),
    "no_hand": (3, lambda two, _: _sealed(two, _padded({}), skip=1), "every frame says where the hand is"),
    "a_hand_that_is_a_number": (
        3,
        lambda two, _: _sealed(two, _padded({"hand": 1}), skip=1),
        "right key, wrong field",
    ),
    "a_thought_that_is_too_long": (
        3,
        lambda two, _: _sealed(
            two,
            _padded(
                {
                    "hand": False,
                    "thought": {"number": 0, "text": "x" * (THOUGHT_BYTES_MAX + 1), "done": False},
                }
            ),
            skip=1,
        ),
        "401 bytes of text",
    ),
    "a_thought_that_is_too_long_in_bytes": (
        3,
        lambda two, _: _sealed(
            two,
            _padded({"hand": False, "thought": {"number": 0, "text": "あ" * 134, "done": False}}),
            skip=1,
        ),
        "402 bytes of text in 134 characters",
    ),
    "a_thought_without_a_number": (
        3,
        lambda two, _: _sealed(two, _padded({"hand": False, "thought": {"text": "", "done": False}}), skip=1),
        "right key, a field is missing",
    ),
}

MOMENTS = {
    "nothing": Moment(hand=False),
    "a_hand": Moment(hand=True),
    "a_thought": Moment(False, Thought(0, "The lamp is on.", True)),
    "some_of_a_thought": Moment(True, Thought(2**32 - 1, "窓に", False)),
    "the_longest": Moment(True, Thought(2**32 - 1, "x" * THOUGHT_BYTES_MAX, False), leaves=True),
    "leaving": Moment(hand=False, leaves=True),
}
TEXTS = [
    "",
    "short",
    "x" * 401,
    "words " * 80,
    "あ" * 133,
    "あ" * 134,
    "🔔" * 101,
    "one " + "x" * 500,
    "é" * 200 + "é",
]


def thoughts() -> dict[str, Any]:
    return {
        "moments": {name: moment.encode().hex() for name, moment in MOMENTS.items()},
        "fits": [{"text": text, "kept": fit(text)[0], "rest": fit(text)[1]} for text in TEXTS],
    }


def frames() -> dict[str, Any]:
    kinds: list[wire.RoomFrame] = [
        wire.Enter(1, bytes(range(16)), 0, b"t" * 32),
        wire.Enter(65535, b"r" * 16, 1, bytes(32)),
        wire.Entered(1, 1, 0),
        wire.Entered(1, 2, 2**32 - 1),
        wire.Say(1, 7, b"x"),
        wire.Say(1, 7, b"y" * 2048),
        wire.Left(513),
    ]
    return {"right": [_frame(frame) for frame in kinds], "refused": BAD_FRAMES}


def _frame(frame: wire.RoomFrame) -> dict[str, Any]:
    fields = {name: plain(value) for name, value in frame._asdict().items()}
    return {"type": type(frame).__name__, **fields, "frame": frame.to_bytes().hex()}


_ENTER = wire.Enter(1, bytes(16), 0, bytes(32)).to_bytes()
BAD_FRAMES = {
    "a third seat": (_ENTER[:19] + b"\x02" + _ENTER[20:]).hex(),
    "a short ENTER": _ENTER[:-1].hex(),
    "a long ENTER": (_ENTER + b"\0").hex(),
    "nobody is there": "0a00010000000001",
    "three are there": "0a00010300000001",
    "a short ENTERED": "0a000101000000",
    "nothing is said": "0b000100000007",
    "a short SAY": "0b0001",
    "too much is said": "0b000100000007" + "00" * 2049,
    "a long LEFT": "0c000100",
    "a kind that is not known": "0d0001",
}


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    files = {
        "door": door(),
        "meeting": meeting(),
        "thoughts": thoughts(),
        "frames": frames(),
        **ways_out(),
        **refused(),
    }
    return written(files)


if __name__ == "__main__":
    save("room", build())
