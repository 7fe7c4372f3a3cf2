"""`twinbell room`: both are there, words appear as they are thought, and nothing is kept."""

import argparse
from contextlib import contextmanager
from typing import TYPE_CHECKING

from twinbell.cli.command import BOND_HELP, Subparsers, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinbell.client.bonds import BondRow
    from twinbell.client.home import Home
    from twinbell.client.room import News, Visit

LINE_BYTES_MAX = 65_536
HOLD_S = 0.9  # a key that is held repeats sooner than that; one that is not was let go
HINT = "Enter ends a thought. Hold Tab to give your hand. Esc leaves."
WAY_OUT = "Esc leaves."


def register(subparsers: Subparsers) -> None:
    room = command(
        subparsers,
        "room",
        "Meet the other one in the room: live, and nothing is kept.",
        about="If nobody is there, the other one is called. What one writes appears to the other as it is\n"
        "written, and fades; what is thought alone nobody hears. With --json, or with a pipe on either\n"
        "side, it speaks JSON, an object a line.\n"
        'In: {"think": TEXT} as far as it is written, {"think": TEXT, "done": true} once it is whole,\n'
        '{"hand": true} and {"hand": false}, {"leave": true}; the end of the input leaves as well.\n'
        "Out: event alone, knocked (sent), together (first), thought (number, text, done),\n"
        "hand (pressed), held (held: both hands), gone (left: on purpose); and what ends it: stranger,\n"
        "tampered, taken, newer-needed.",
        example="twinbell room Jun",
        json="one object a line: event, and what the event brings",
        run=_run,
    )
    room.add_argument("bond", nargs="?", metavar="BOND", help=BOND_HELP)
    room.add_argument("--no-knock", action="store_true", help="go in, and don't call the other one")


def _run(args: argparse.Namespace) -> int:
    import asyncio
    import sys

    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond

    in_json = args.json or not (ui.on_terminal() and sys.stdin.isatty())
    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        meet = _by_lines if in_json else _at_dusk
        asyncio.run(meet(home, bond, not args.no_knock))
    return 0


class _Ending:
    """The last thing that was told, if it ended the visit against the person's wish."""

    def __init__(self, peer: str) -> None:
        self._peer = peer
        self._sentence = ""

    def hear(self, news: "News") -> None:
        self._sentence = _ENDINGS.get(type(news).__name__, self._sentence)

    def raise_if_any(self) -> None:
        from twinbell.errors import Refused

        if self._sentence:
            raise Refused(self._sentence.format(peer=self._peer))


_ENDINGS = {
    "Stranger": "Somebody was at the door who is not {peer}. They heard nothing. The room is closed.",
    "Tampered": "What came into the room was changed on the way. The room is closed.",
    "Taken": "Your place in the room was taken: by another device of yours, or by somebody who should not"
    " know the way.",
    "NewerNeeded": "{peer} has a newer Twinbell. Update yours to meet in the room.",
}


# In lines of JSON.


async def _by_lines(home: "Home", bond: "BondRow", knock: bool) -> None:
    import asyncio

    from twinbell.cli import ui
    from twinbell.client.room import Visit

    ending = _Ending(bond.peer)

    def tell(news: "News") -> None:
        ending.hear(news)
        ui.data(facts(news))

    visit = Visit(home, bond, tell, ui.note, knock=knock)
    staying = asyncio.create_task(visit.run())
    _leave_when_told(visit)
    trouble = _read_lines(visit)
    await staying
    if trouble:
        raise trouble[0]
    ending.raise_if_any()


def facts(news: "News") -> dict[str, object]:
    """Return what happened as `--json` prints it."""
    name = type(news).__name__
    kind = "newer-needed" if name == "NewerNeeded" else name.lower()
    return {"event": kind} | {field: getattr(news, field) for field in news.__match_args__}


def _read_lines(visit: "Visit") -> list[Exception]:
    """Read what is wished from standard input, in a thread that nobody waits for; return where trouble goes.

    A thread, since a file or a terminal can't be waited for as a socket can. It reads past Python's buffer,
    which the interpreter would wait for at its end.
    """
    import asyncio
    import sys
    import threading

    from twinbell.errors import Mistaken

    loop = asyncio.get_running_loop()
    trouble: list[Exception] = []

    def wish(line: bytes) -> None:
        try:
            obey(visit, line)
        except Mistaken as mistake:
            trouble.append(mistake)
            visit.leave()

    def read() -> None:
        try:
            for line in lines(sys.stdin.fileno()):
                loop.call_soon_threadsafe(wish, line)
            loop.call_soon_threadsafe(visit.leave)
        except RuntimeError:  # the loop has ended: so has the visit
            pass

    threading.Thread(target=read, daemon=True).start()
    return trouble


def lines(handle: int) -> "Iterator[bytes]":
    """Yield lines as they come, also the last one without an end."""
    import os

    rest = b""
    while part := os.read(handle, LINE_BYTES_MAX):
        *whole, rest = (rest + part).split(b"\n")
        yield from whole
        if len(rest) > LINE_BYTES_MAX:
            break
    yield rest


def obey(visit: "Visit", line: bytes) -> None:
    """Do what a line of JSON wishes; raise `Mistaken` for one that wishes nothing."""
    import json

    from twinbell.errors import Mistaken

    if not line.strip():
        return
    try:
        wish = json.loads(line)
        json.dumps(
            wish, ensure_ascii=False
        ).encode()  # half of a character can be written in JSON, and not said
    except (ValueError, RecursionError):
        wish = None
    match wish:
        case {"think": str(text), **more} if more.keys() <= {"done"} and isinstance(
            more.get("done", False), bool
        ):
            visit.think(text, done=bool(more.get("done", False)))
        case {"hand": bool(pressed), **more} if not more:
            visit.press(pressed)
        case {"leave": True, **more} if not more:
            visit.leave()
        case _:
            raise Mistaken(
                "In the room a line is one of these: think, hand, leave.",
                hint='{"think": "…", "done": true}, {"hand": true}, {"leave": true}',
            )


# On a terminal.


async def _at_dusk(home: "Home", bond: "BondRow", knock: bool) -> None:
    import asyncio
    import os
    import sys

    from twinbell.cli import keyboard, ui
    from twinbell.client.room import BEAT_S, Visit

    handle = sys.stdin.fileno()
    loop = asyncio.get_running_loop()
    here = _Here(bond.peer, colour=ui.coloured_output())
    ending = _Ending(bond.peer)

    def tell(news: "News") -> None:
        ending.hear(news)
        here.told(news, loop.time())

    visit = Visit(home, bond, tell, here.dusk.say, knock=knock)
    keys = keyboard.Keys()

    def typed() -> None:
        try:
            data = os.read(handle, 4096)
        except OSError:  # the window was closed
            data = b""
        if not data:
            loop.remove_reader(handle)
            visit.leave()
        for name, letters in keys.typed(data):
            here.typed(visit, name, letters, loop.time())

    staying = asyncio.create_task(visit.run())
    _leave_when_told(visit)
    with keyboard.letter_by_letter(handle), _screen():
        loop.add_reader(handle, typed)
        try:
            drawn = ""
            while not staying.done():
                here.pass_time(visit, loop.time())
                picture = here.dusk.draw(*os.get_terminal_size(), loop.time())
                if picture != drawn:
                    try:
                        print(picture, end="", flush=True)
                    except OSError:  # the window was closed
                        visit.leave()
                    drawn = picture
                await asyncio.wait([staying], timeout=BEAT_S / 3)
        finally:
            loop.remove_reader(handle)
    await staying
    ending.raise_if_any()
    ui.note("You left the room. Nothing that was said is kept.")


class _Here:
    """One person before the screen: what they write, and whether they hold their key down."""

    def __init__(self, peer: str, *, colour: bool) -> None:
        from twinbell.cli.dusk import Dusk

        self.dusk = Dusk(colour=colour)
        self._peer = peer
        self._text = ""
        self._held_s = 0.0
        self.dusk.say("You are at the door.", WAY_OUT)

    def typed(self, visit: "Visit", name: str, letters: str, now_s: float) -> None:
        from twinbell.cli import keyboard

        if name == keyboard.LEAVE:
            self.dusk.say("You are leaving.")
            visit.leave()
        elif not visit.together:
            return  # nobody would hear it
        elif name == keyboard.TAB:
            self._held_s = now_s
            self.dusk.hand(True, mine=True)
            visit.press(True)
        elif name == keyboard.ENTER:
            if self._text.strip():
                self._think(visit, self._text, True, now_s)
        else:
            text = _edited(self._text, name, letters)
            if text != self._text:
                self._think(visit, text, False, now_s)

    def pass_time(self, visit: "Visit", now_s: float) -> None:
        """Let go of the hand when its key is not held any more."""
        if self._held_s and now_s - self._held_s > HOLD_S:
            self._held_s = 0.0
            self.dusk.hand(False, mine=True)
            visit.press(False)

    def told(self, news: "News", now_s: float) -> None:
        from twinbell.bond import room
        from twinbell.bond.thought import Thought
        from twinbell.client.room import Knocked

        match news:
            case room.Alone():
                self.dusk.say(f"You are in the room. {self._peer} is not here yet.", WAY_OUT)
            case Knocked(sent):
                what = "You knocked" if sent else "Your knock goes as soon as it can"
                self.dusk.say(f"{what}. {self._peer} is not here yet.", WAY_OUT)
            case room.Together(first):
                order = "You came first" if first else f"{self._peer} was here before you"
                self.dusk.say(f"Both are here. {order}. Nothing said here is kept.", HINT)
            case room.Gone(left):
                self.dusk.forget()
                self._text = ""
                self.dusk.say(f"{self._peer} {'has left' if left else 'was lost on the way'}.", WAY_OUT)
            case room.Hand(pressed):
                self.dusk.hand(pressed, mine=False)
            case Thought():
                self.dusk.think(news, mine=False, now_s=now_s)

    def _think(self, visit: "Visit", text: str, done: bool, now_s: float) -> None:
        said = visit.think(text, done=done)
        for thought in said:
            self.dusk.think(thought, mine=True, now_s=now_s)
        self._text = "" if done else said[-1].text


def _edited(text: str, name: str, letters: str) -> str:
    from twinbell.cli import keyboard

    if name == keyboard.BACKSPACE:
        return text[:-1]
    if name == keyboard.WORD:
        return text.rstrip().rpartition(" ")[0]
    if name == keyboard.CLEAR:
        return ""
    return text + letters


@contextmanager
def _screen() -> "Iterator[None]":
    """Within, the terminal shows a screen of its own, of which nothing stays when it is left."""
    import sys

    sys.stdout.write("\x1b[?1049h\x1b[?25l\x1b[2J")
    try:
        yield
    finally:
        sys.stdout.write("\x1b[2J\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()


def _leave_when_told(visit: "Visit") -> None:
    """Let Ctrl-C leave in good order, and whatever else ends a program; nobody is in a room and asleep."""
    import asyncio
    import signal

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, visit.leave)
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
