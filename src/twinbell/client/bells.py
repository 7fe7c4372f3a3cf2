"""Bells on their way: what `bond/bell` asks for, done at a relay, saved before each next step.

A bell belongs to whoever holds its lock: two commands never turn the same one, since the giver's only guess
must be saved before it is looked at. A bell that no command waits for goes on with the next command or with
`listen`; all that a relay is told may be told again.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from twinbell.bond import bell
from twinbell.bond.bundle import Kind
from twinbell.bond.code import Code, Form
from twinbell.bond.keys import Device, Keyring, Root
from twinbell.client import bonds, events, folder
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.client.relay import Relay
from twinbell.encoding import Value, decode_map, encode
from twinbell.errors import (
    Burnt,
    Conflict,
    NotFound,
    OverQuota,
    Refused,
    TwinbellError,
    Unauthorised,
    Unreachable,
)
from twinbell.wire import pairing

DRAFT_BYTES_MAX = 1 << 20
POLL_S = 20
PAUSE_S, PAUSE_S_MAX = 0.5, 20.0  # between two tries at a relay that does not answer


@dataclass(frozen=True, slots=True)
class Bell:
    """A bell of this home, with the keys that its bond would have."""

    id: bytes
    side: bell.Giver | bell.Answerer
    device: Device
    keyring: Keyring

    @property
    def relay(self) -> str:
        return self.side.relay if isinstance(self.side, bell.Giver) else self.side.code.relay


def give(home: Home, *, relay: str, name: str, form: Form, kind: Kind = Kind.PAIR) -> Bell:
    """Make a bell and hang it at the relay; afterwards its `side.code` can be given to the other one."""
    device, keyring, signed = _keys(home, home.relay(relay), name, kind)
    side = bell.give(signed, form=form, relay=relay, now_s=home.now_s)
    made = _begin(home, side, device, keyring)
    with folder.lock(home.path, _lock(made)):
        try:
            hung = _turn(home, made, wait_s=0)
        except (Unreachable, Unauthorised, OverQuota):
            _forget(home, made)  # nobody has its code, so nobody can miss it
            raise
    if hung.side.outcome is not None:
        raise Burnt(_reason(hung))
    return hung


def answer(home: Home, *, code: Code, name: str) -> Bell:
    """Take the other end of a bell, for the kind of bond that its code names. Then `wait` sees it through."""
    device, keyring, signed = _keys(home, home.relay(code.relay), name, code.kind)
    return _begin(home, bell.answer(code, signed, now_s=home.now_s), device, keyring)


def wait(
    home: Home, made: Bell, *, until_s: int | None, note: Callable[[str], None] = lambda sentence: None
) -> Bell:
    """Turn a bell until it is answered or burnt, or until the time is over; then it goes on later.

    A relay that does not answer for a while is asked again; `note` is told so. Raises `Refused` where another
    command has ended the bell meanwhile.
    """
    with folder.lock(home.path, _lock(made)):
        current = _load(home, made.id)
        if current is None:
            # What the caller holds is older: its one guess may be spent, so it must not be turned again.
            raise Refused(
                "Another command has seen this bell through.", hint="`twinbell bond list` shows it."
            )
        pause_s = PAUSE_S
        while True:
            left_s = POLL_S if until_s is None else min(POLL_S, until_s - home.now_s)
            try:
                current = _turn(home, current, wait_s=max(0, left_s))
                pause_s = PAUSE_S
            except (Unreachable, OverQuota) as refusal:
                current = _load(home, made.id) or current
                if current.side.outcome is bell.Outcome.JOINED or until_s is not None:
                    return current  # what is left to say goes with the next command
                if home.now_s > current.side.made_s + bell.ANSWER_WITHIN_S:
                    raise
                note(f"{refusal} Trying again by itself.")
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, PAUSE_S_MAX)
            if not is_open(current) or (until_s is not None and home.now_s >= until_s):
                return current


def resume(home: Home) -> list[Bell]:
    """Turn each bell that is on its way as far as it goes without waiting; return those that ended."""
    ended = []
    for (number,) in home.vault.all("select id from bell order by made_s"):
        with folder.lock(home.path, f"bell-{number.hex()}.lock", wait=False) as held:
            current = _load(home, number) if held else None
            if current is None:
                continue
            try:
                current = _turn(home, current, wait_s=0)
            except TwinbellError:  # whatever a relay answers, it must not hold up the rest of the home
                continue
            if current.side.outcome is not None:
                ended.append(current)
    return ended


def is_open(made: Bell) -> bool:
    """Tell whether a bell still waits for something; one that is burnt has been told of once, and is done."""
    joined = made.side.outcome is bell.Outcome.JOINED
    return made.side.outcome is None or (joined and bool(bell.todo(made.side)))


def _keys(home: Home, relay: Relay, name: str, kind: Kind) -> tuple[Device, Keyring, bytes]:
    from twinbell.client.chains import of_relay

    root = Root.generate(secrets.token_bytes)
    device = Device.generate(secrets.token_bytes, root=root, relay=relay.url)
    chain = of_relay(home, relay)
    keyring = Keyring.generate(
        root,
        device,
        relay=relay.url,
        name=name,
        chain=chain.record() if chain else None,
        now_s=home.now_s,
        random=secrets.token_bytes,
        kind=kind,
    )
    return device, keyring, keyring.bundle(root)


def _begin(home: Home, side: bell.Giver | bell.Answerer, device: Device, keyring: Keyring) -> Bell:
    made = Bell(secrets.token_bytes(16), side, device, keyring)
    with home.vault.transaction():
        home.vault.run(
            "insert into bell (id, giver, relay, state, made_s) values (?, ?, ?, ?, ?)",
            made.id,
            isinstance(side, bell.Giver),
            made.relay,
            _record(made),
            home.now_s,
        )
    reach("bell: saved before offered")
    return made


def _turn(home: Home, made: Bell, *, wait_s: int) -> Bell:
    """Do what the bell asks for until it changes nothing any more; only the last question waits."""
    while True:
        before = made.side
        for task in bell.todo(before):
            event = _do(home, made, task, wait_s=wait_s)
            after = _step(made.side, event, home.now_s)
            if after != made.side:
                made = _save(home, Bell(made.id, after, made.device, made.keyring))
            if made.side.state is not before.state:
                break
        if made.side.state is before.state:
            if made.side.outcome is not None:
                _end(home, made)
            return made


def _step(side: bell.Giver | bell.Answerer, event: bell.Event, now_s: int) -> bell.Giver | bell.Answerer:
    if isinstance(side, bell.Giver):
        return bell.step(side, event, now_s)
    return bell.step(side, event, now_s)


def _do(home: Home, made: Bell, task: bell.Todo, *, wait_s: int) -> bell.Event:
    relay, token = home.relay(made.relay), made.side.token
    nameplate = made.side.nameplate if isinstance(made.side, bell.Giver) else made.side.code.nameplate
    try:
        match task:
            case bell.Place(form, m1):
                opened = relay.offer(pairing.Form(form.value), token, m1)
                reach("bell: offered")
                return bell.Placed(opened.nameplate)
            case bell.Fetch(1):
                return bell.Message(1, relay.offered(nameplate))
            case bell.Fetch(number):
                message = relay.hear(nameplate, number, token, wait_s=wait_s)
                return bell.Tick() if message is None else bell.Message(number, message)
            case bell.Check():
                reach("bell: spent before checked")
                return bell.Check()
            case bell.Put(number, data):
                if number in (3, 4):  # from here on the other one may write to us: the mailbox must be there
                    bonds.register(home, made.keyring, made.device)
                relay.say(nameplate, number, token, data)
                reach("bell: confirmed")
                return bell.Stored(number)
            case bell.Burn():
                relay.burn(nameplate, token)
    except Conflict:
        return bell.Refused(task.number) if isinstance(task, bell.Put) else bell.Tick()
    except (Burnt, NotFound):
        return bell.Gone()
    except (Unauthorised, Unreachable, OverQuota):
        if not isinstance(task, bell.Burn):
            raise
    return bell.Tick()


def _save(home: Home, made: Bell) -> Bell:
    """Save a bell; when it has become a bond, save that in the same transaction."""
    with home.vault.transaction():
        if made.side.outcome is bell.Outcome.JOINED:
            bonds.begin(home, made.side.joined, made.keyring, made.device)
        if not home.vault.run("update bell set state = ? where id = ?", _record(made), made.id):
            raise Refused("Another command has seen this bell through.")
    if made.side.outcome is bell.Outcome.JOINED:
        reach("bell: bond saved")
    return made


def _end(home: Home, made: Bell) -> None:
    """Forget a bell that is done, and note what became of it if it did not become a bond."""
    with home.vault.transaction():
        deleted = home.vault.run("delete from bell where id = ?", made.id)
        if deleted and made.side.outcome not in (None, bell.Outcome.JOINED):
            events.add(home.vault, "burnt", at_s=home.now_s, bell=made.id.hex(), reason=_reason(made))
    (home.path / _lock(made)).unlink(missing_ok=True)


def _forget(home: Home, made: Bell) -> None:
    with home.vault.transaction():
        home.vault.run("delete from bell where id = ?", made.id)
    (home.path / _lock(made)).unlink(missing_ok=True)


def _reason(made: Bell) -> str:
    return made.side.reason or str(Burnt())


def _load(home: Home, number: bytes) -> Bell | None:
    row = home.vault.one("select giver, state from bell where id = ?", number)
    if row is None:
        return None
    record = decode_map(row[1], bytes_max=DRAFT_BYTES_MAX)
    side_record, device, keyring = record["side"], record["device"], record["keyring"]
    assert isinstance(side_record, dict)
    kind = bell.Giver if row[0] else bell.Answerer
    side = kind.from_record(side_record)
    return Bell(number, side, Device.from_record(device), Keyring.from_record(keyring))


def _record(made: Bell) -> bytes:
    record: dict[str, Value] = {
        "side": made.side.to_record(),
        "device": made.device.to_record(),
        "keyring": made.keyring.to_record(),
    }
    return encode(record)


def _lock(made: Bell) -> str:
    return f"bell-{made.id.hex()}.lock"
