"""Python's side of a bond of which the other side is the web app: a process that web/tests asks.

One JSON object a line comes in, `do` names a method, the rest are its arguments; one goes out. There is one
person here at a time, with a bell or a pendant. Bytes are hex. `web/tests/twin.ts` is the side that asks.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from tests.bond.people import NAMEPLATES, NOW_S, RELAY, Person
from tests.interop import guards
from vectors.chance import Drawn

from twinbell.bond import bell, lifecycle, paper
from twinbell.bond import event as ev
from twinbell.bond.about import About, Portrait
from twinbell.bond.code import Code, Form
from twinbell.bond.keys import Keyring
from twinbell.bond.kit import Page, Root
from twinbell.bond.message import Ring
from twinbell.bond.pendant import Pendant
from twinbell.encoding import decode_map, encode
from twinbell.errors import Mistaken, Refused

Answer = dict[str, Any]

BYTES_MAX = 1 << 22


class Side:
    """One person, as far as they have come."""

    person: Person
    side: Any  # bell.Giver or bell.Answerer: one of the two, for as long as a bell lasts
    pendant: Pendant
    now_s = NOW_S

    # A bell.

    def begins(self, name: str) -> Answer:
        self.person = Person(name)
        return {"bundle": self.person.bundle.hex()}

    def gives(self, form: str) -> Answer:
        giver = bell.give(self.person.bundle, form=Form(form), relay=RELAY, now_s=self.now_s)
        self.side = bell.step(giver, bell.Placed(NAMEPLATES[Form(form)]), self.now_s)
        return {"code": str(self.side.code), "m1": self.side.m1.hex()}

    def answers(self, code: str) -> Answer:
        self.side = bell.answer(Code.parse(code), self.person.bundle, now_s=self.now_s)
        return self.saved()

    def hears(self, number: int, data: str) -> Answer:
        """Take a message of the other one; return the one that follows."""
        self.side = bell.step(self.side, bell.Message(number, bytes.fromhex(data)), self.now_s)
        self.side = bell.step(self.side, bell.Check(), self.now_s)
        puts = [todo for todo in bell.todo(self.side) if isinstance(todo, bell.Put)]
        return {"state": self.side.state.value, "message": puts[0].data.hex() if puts else ""}

    def saved(self) -> Answer:
        """Return the bell as it is saved."""
        return {"side": encode(self.side.to_record()).hex()}

    def loads(self, side: str) -> Answer:
        """Go on with a bell that the other language has saved."""
        record = decode_map(bytes.fromhex(side), bytes_max=BYTES_MAX)
        kind = bell.Giver if record["type"] == "giver" else bell.Answerer
        self.side = kind.from_record(record)
        return self.saved()

    def joins(self) -> Answer:
        joined = self.side.joined
        self.pendant = Pendant.begin(self.person.keyring, self.person.device, joined)
        return {"bond": joined.bond.id.hex(), "words": joined.bond.words.hex(), "peer": joined.peer.name}

    # A pendant.

    def kept(self) -> Answer:
        """Return the pendant as it is kept."""
        return {"pendant": self.pendant.to_bytes().hex()}

    def becomes(self, pendant: str) -> Answer:
        """Go on with a pendant that the other language has kept."""
        self.pendant = Pendant.from_bytes(bytes.fromhex(pendant))
        return self.kept()

    def rings(self, pattern: list[int]) -> Answer:
        return self._does(ev.RingWanted(Ring(tuple(pattern))))

    def verifies(self) -> Answer:
        return self._does(ev.Verified())

    def tells(self, birthday: str, zone: str, place: str) -> Answer:
        return self._does(ev.AboutWritten(About(birthday, zone, place)))

    def draws(self, size: int, pixels: str) -> Answer:
        return self._does(ev.PortraitDrawn(Portrait(size, bytes.fromhex(pixels))))

    def begun(self) -> Answer:
        return self._does(ev.Begun())

    def removes(self, root: bool) -> Answer:
        """Remove all other devices, with the paper at hand or without."""
        return self._does(ev.DevicesRemoved(Root(self.pendant.device.root) if root else None))

    def passes(self, seconds: int) -> Answer:
        self.now_s += seconds
        return self._does(ev.Tick())

    def takes(self, envelope: str, blob: str) -> Answer:
        """Take what came, with the blob beside it where there is one."""
        arrived = ev.Arrived(bytes.fromhex(envelope), self.now_s)
        _, effects = lifecycle.step(self.pendant, arrived, self.now_s)
        if any(isinstance(effect, ev.FetchBlob) for effect in effects):
            arrived = ev.Arrived(arrived.envelope, self.now_s, bytes.fromhex(blob))
        return self._does(arrived)

    def _does(self, event: ev.Event) -> Answer:
        self.pendant, effects = lifecycle.step(self.pendant, event, self.now_s)
        return {
            "told": [type(effect.news).__name__ for effect in effects if isinstance(effect, ev.Tell)],
            "caused": [type(effect).__name__ for effect in effects],
            "sent": [
                {
                    "envelope": self.pendant.seal(effect.body).hex(),
                    "blob": effect.blob.hex() if effect.blob else "",
                }
                for effect in effects
                if isinstance(effect, ev.Deposit)
            ],
        }

    # Paper.

    def prints(self) -> Answer:
        """Return the kit page, and the keyring as it lies in the slot."""
        page = self.pendant.keyring.page(Root(self.pendant.device.root))
        return {"page": "\n".join(page.lines()), "keyring": self.pendant.keyring.seal().hex()}

    def returns(self, page: str, keyring: str) -> Answer:
        """Come back from paper, on a new device."""
        read = Page.parse(page)
        self.pendant = paper.restore(paper.open_keyring(read, bytes.fromhex(keyring)), read.root)
        return self._does(ev.CameBack(read.root))

    def opens(self, keyring: str, seed: str) -> Answer:
        opened = Keyring.open(bytes.fromhex(keyring), bytes.fromhex(seed))
        return {"record": encode(opened.to_record()).hex()}

    def steps(self, pendant: str, event: Answer, now_s: int, seed: str) -> Answer:
        """Return what an event makes of a pendant at a moment, where a name decides all chance."""
        before = Pendant.from_bytes(bytes.fromhex(pendant))
        try:
            after, effects = lifecycle.step(before, _event(**event), now_s, random=Drawn(seed))
        except (Mistaken, Refused) as error:
            return {"refused": str(error)}
        return {"pendant": after.to_bytes().hex(), "effects": [_shown(effect) for effect in effects]}


def _event(type: str, fields: str = "", **more: Any) -> ev.Event:
    """Return an event by its name; what belongs to a watch has its fields in a record."""
    if type in guards.EVENTS:
        return guards.EVENTS[type](decode_map(bytes.fromhex(fields), bytes_max=BYTES_MAX))
    return EVENTS[type](**more)


def _arrived(envelope: str, arrived_s: int, blob: str | None = None) -> ev.Arrived:
    return ev.Arrived(bytes.fromhex(envelope), arrived_s, None if blob is None else bytes.fromhex(blob))


EVENTS: dict[str, Callable[..., ev.Event]] = {
    "RingWanted": lambda pattern: ev.RingWanted(Ring(tuple(pattern))),
    "KnockWanted": ev.KnockWanted,
    "AboutWritten": lambda place: ev.AboutWritten(About(place=place)),
    "Verified": ev.Verified,
    "ReceiptsWanted": ev.ReceiptsWanted,
    "RingsLimited": ev.RingsLimited,
    "DevicesRemoved": ev.DevicesRemoved,
    "Tick": ev.Tick,
    "Arrived": _arrived,
    "NotWhole": lambda envelope: ev.NotWhole(bytes.fromhex(envelope)),
}


def _shown(effect: ev.Effect) -> str:
    """Return an effect in one line, without what neither side can know beforehand."""
    match effect:
        case ev.Deposit(kind, n, body, blobs, blob):
            return f"Deposit {kind} {n} {len(blobs)} {'in a blob' if blob else body.hex()}"
        case ev.Tell(news):
            return f"Tell {type(news).__name__}"
        case ev.Resend(first, last):
            return f"Resend {first} {last}"
        case ev.Forget(upto):
            return f"Forget {upto}"
        case ev.FetchBlob(id, length):
            return f"FetchBlob {id.hex()} {length}"
        case ev.Register(record):
            return f"Register {encode(record).hex()}"
        case ev.KeepRaw(data, until_s):
            return f"KeepRaw {data.hex()} {until_s or 0}"
    return type(effect).__name__


def main() -> None:
    """Answer until nobody asks any more."""
    side = Side()
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(side, request.pop("do"))(**request)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
