"""The rules of a bond: a pendant and an event make the next pendant and what is to be done.

    (pendant, effects) = step(pendant, event, now_s)

The journal saves both in one transaction and then carries the effects out; each may be repeated. An
envelope is acknowledged to the relay once all that it caused is done. So a crash between any two lines loses
nothing: what was not saved comes again, what was saved is carried out again, and doubles are dropped by the
chain.

Nothing is answered automatically but one thing: new keys of the peer make us renew our inbox key and deposit
token, since whoever stole theirs knew ours. What is missing is asked for, and given again, once a day.
"""

from collections.abc import Callable
from dataclasses import replace

from twinbell.bond import control, envelope
from twinbell.bond import event as ev
from twinbell.bond.chain import DAY_S, Gap, Receiving, Verdict
from twinbell.bond.event import Effect, Event
from twinbell.bond.keys import Prekey
from twinbell.bond.message import (
    GAPS_MAX,
    Body,
    Content,
    Control,
    KeyringCopy,
    Letter,
    Missing,
    NewPrekey,
    Ring,
    digest,
    read,
)
from twinbell.bond.pendant import UNOPENED_MAX, Pendant
from twinbell.bond.record import Random, Record, fresh
from twinbell.encoding import encode
from twinbell.errors import Damaged, NotForMe

PREKEY_EVERY_S = 7 * DAY_S
PREKEY_KEPT_S = 30 * DAY_S  # after every awake device of the peer was seen to use a newer one
PREKEY_KEPT_MAX_S = 400 * DAY_S
AWAKE_S = 90 * DAY_S
DAILY_S = 20 * 3600  # a person opens Twinbell at about the same hour: a day less four hours is a day
SOUND_WITHIN_S = 300  # an older ring is a line, not a sound
SOUNDS_AN_HOUR_MAX = 20
GAP_PATIENCE_S = 300  # what is under way may overtake
GAP_ASKED_S = 30 * DAY_S
RESENT_A_DAY_MAX = 1000  # a peer that asks for everything, every day, does not get it
INBOX_KEY_KEPT_S = 7 * DAY_S  # an old one, after the peer was seen to use the new one
KEPT_S = 30 * DAY_S  # unopened envelopes, and our bodies after the peer has said that it has them

Step = tuple[Pendant, tuple[Effect, ...]]


def step(pendant: Pendant, event: Event, now_s: int, *, random: Random = fresh) -> Step:
    """Return the pendant after `event`, and the effects in the order in which to carry them out.

    Raises `Mistaken` for what the program should not have asked; never for what came from outside.
    """
    return _STEPS[type(event)](pendant, event, now_s, random)


# What the person does.


def _begun(pendant: Pendant, event: ev.Begun, now_s: int, random: Random) -> Step:
    return _copied(replace(pendant, daily_s=now_s), now_s, random)


def _ring(pendant: Pendant, event: ev.RingWanted, now_s: int, random: Random) -> Step:
    return _deposit(pendant, event.ring, now_s, random, by_person=True)


def _letter(pendant: Pendant, event: ev.LetterSealed, now_s: int, random: Random) -> Step:
    return _deposit(pendant, event.letter, now_s, random, by_person=True, blobs=(event.letter.blob,))


def _verified(pendant: Pendant, event: ev.Verified, now_s: int, random: Random) -> Step:
    pendant = replace(pendant, verified_s=now_s, changed=False)
    return _control(pendant, control.VERIFIED, {"root": pendant.peer.root}, now_s, random)


def _receipts(pendant: Pendant, event: ev.ReceiptsWanted, now_s: int, random: Random) -> Step:
    pendant = replace(pendant, receipts_ours=event.on)
    return _control(pendant, control.RECEIPTS, {"on": event.on}, now_s, random)


def _kit_confirmed(pendant: Pendant, event: ev.KitConfirmed, now_s: int, random: Random) -> Step:
    return replace(pendant, device=replace(pendant.device, root=b"")), ()


def _devices_removed(pendant: Pendant, event: ev.DevicesRemoved, now_s: int, random: Random) -> Step:
    """Begin a new epoch. The old inbox key stays for what is under way; the old deposit token ends."""
    before = pendant.keyring
    after = before.with_epoch(pendant.device, now_s, random)
    signed = control.sign_epoch(before, after, now_s, root=event.root)
    pendant = replace(pendant.with_keyring(after), inbox_used_s=0)
    pendant, told = _deposit(pendant, signed, now_s, random, by_person=False)
    pendant, copies = _copied(pendant, now_s, random)
    return pendant, (ev.Register(pendant.registration), *told, *copies)


# What comes in.


def _arrived(pendant: Pendant, event: ev.Arrived, now_s: int, random: Random) -> Step:
    try:
        opened = envelope.open_own(event.envelope, pendant.keyring)
    except (Damaged, NotForMe):
        return _unopened(pendant, event.envelope, now_s)
    try:
        body = Body.parse(opened.body)
    except Damaged:
        return pendant, (ev.KeepRaw(opened.body), ev.Tell(ev.NewerNeeded("")))
    known = pendant.chain_of(opened.sender, body.device)
    chain, verdict = known.accept(
        n=body.n,
        digest=digest(opened.body),
        prev=body.prev,
        sent_s=body.sent_s,
        prekey=opened.prekey,
        now_s=now_s,
    )
    if verdict is Verdict.DOUBLE:
        return pendant, ()
    content, wanted = _content(body, event.blob)
    if wanted is not None:
        return pendant, (wanted,)
    if content is None or _is_early(pendant, body, content):
        # The blob is not what was sealed, or keys are needed that come later: the chain shows it as missing.
        return _unopened(pendant, event.envelope, now_s)
    chain, dropped = chain.trimmed()
    pendant = pendant.with_chain(opened.sender, chain)
    effects = _chain_news(known, chain, verdict, body.n, dropped)
    if known.next == 0 and len(pendant.receiving) > 1 and opened.sender is not pendant.bond.role:
        effects = (ev.Tell(ev.DeviceSeen(body.device)), *effects)
    if opened.sender is pendant.bond.role:  # from another device of our own: no kind is known for that yet
        return pendant, (ev.KeepRaw(opened.body), ev.Tell(ev.NewerNeeded(body.kind)))
    if opened.newest and not pendant.inbox_used_s:
        pendant = replace(pendant, inbox_used_s=now_s)
    pendant, read_by = _heads(pendant, body, now_s)
    pendant, said = _said(pendant, body, content, opened.body, verdict, event, now_s, random)
    return pendant, (*effects, *read_by, *said)


def _content(body: Body, blob: bytes | None) -> tuple[Record | None, Effect | None]:
    """Return the content of a body, or what must be fetched to have it; neither where the blob is wrong."""
    if body.blob is None:
        return body.content, None
    if blob is None:
        return None, ev.FetchBlob(body.blob.id, body.blob.length)
    try:
        return envelope.open_blob(body.blob, blob), None
    except (Damaged, NotForMe):
        return None, None


def _is_early(pendant: Pendant, body: Body, record: Record) -> bool:
    """Say whether this is signed with keys of an epoch of which we have not heard yet."""
    try:
        content = read(body.kind, record)
        return isinstance(content, Control) and control.epoch_of(content) > pendant.peer.epoch
    except Damaged:
        return False


def _said(
    pendant: Pendant,
    body: Body,
    record: Record,
    raw: bytes,
    verdict: Verdict,
    event: ev.Arrived,
    now_s: int,
    random: Random,
) -> Step:
    """Do what a body of the peer says."""
    try:
        content = read(body.kind, record)
    except Damaged:
        content = None
    kept = (ev.KeepRaw(raw if body.blob is None else encode(record)), ev.Tell(ev.NewerNeeded(body.kind)))
    match content:
        case Ring():
            return _rang(pendant, content, body, event.arrived_s, now_s)
        case Letter():
            return pendant, (ev.FetchLetter(content, body.sent_s, verdict is not Verdict.NEXT),)
        case NewPrekey():
            return _new_prekey(pendant, content), ()
        case Missing():
            return _asked(pendant, content), ()
        case Control():
            return _controlled(pendant, content, kept, now_s, random)
        case KeyringCopy():
            if content.serial <= pendant.peer_copy:
                return pendant, ()
            return replace(pendant, peer_copy=content.serial), (ev.KeepCopy(content.sealed),)
    return pendant, kept


def _rang(pendant: Pendant, ring: Ring, body: Body, arrived_s: int, now_s: int) -> Step:
    rung = tuple(at for at in pendant.rung if now_s - 3600 < at <= now_s)
    sound = now_s - arrived_s < SOUND_WITHIN_S and len(rung) < SOUNDS_AN_HOUR_MAX
    news = ev.Tell(ev.Rang(ring, body.sent_s, arrived_s, sound))
    return replace(pendant, rung=(*rung, now_s) if sound else rung), (news,)


def _new_prekey(pendant: Pendant, content: NewPrekey) -> Pendant:
    peer = pendant.peer
    if content.epoch != peer.epoch or content.prekey.number <= peer.prekey.number:
        return pendant
    keyring = replace(pendant.keyring, peer=replace(peer, prekey=content.prekey))
    return pendant.with_keyring(keyring, copy=False)


def _asked(pendant: Pendant, missing: Missing) -> Pendant:
    """Note what the peer has not got; it is answered with the day's maintenance, never at once."""
    last = pendant.sending.next - 1
    ours = [(first, min(to, last)) for device, first, to in missing.gaps if device == pendant.device.id]
    ours += [(n + 1, last) for device, n in missing.above if device == pendant.device.id]
    ranges = {*pendant.asked, *((first, to) for first, to in ours if 0 <= first <= to)}
    return replace(pendant, asked=tuple(sorted(ranges)[:GAPS_MAX]))


def _controlled(
    pendant: Pendant, content: Control, kept: tuple[Effect, ...], now_s: int, random: Random
) -> Step:
    try:
        judged = control.judge(content, pendant.keyring, pendant.standing)
        match judged.type:
            case control.EPOCH:
                return _peer_epoch(pendant, judged, now_s, random)
            case control.INBOX:
                return _peer_inbox(pendant, judged)
            case control.VERIFIED:
                return _peer_verified(pendant, judged)
            case control.RECEIPTS:
                return _peer_receipts(pendant, judged)
    except Damaged:
        return pendant, (ev.Tell(ev.ControlRefused()),)
    return pendant, kept


def _peer_epoch(pendant: Pendant, judged: control.Judged, now_s: int, random: Random) -> Step:
    """Take the peer's new keys, and renew what a thief of the old ones knew of ours."""
    accepted = control.accept_epoch(judged, pendant.peer, pendant.standing)
    if accepted is None:
        return pendant, ()
    peer, standing = accepted
    pendant = replace(pendant, standing=standing, changed=not judged.by_root)
    keyring = replace(pendant.keyring, peer=peer).with_prekey(now_s, random).with_inbox(random)
    pendant = replace(pendant.with_keyring(keyring), inbox_used_s=0)
    # With a new prekey too: what the peer has sealed to the old inbox key shows by its tag that it is stale.
    inbox: Record = {"inbox": keyring.inbox.to_record(), "prekey": keyring.prekeys[-1].public.to_record()}
    pendant, told = _control(pendant, control.INBOX, inbox, now_s, random, by_person=False)
    pendant, copies = _copied(pendant, now_s, random)
    news = ev.Tell(ev.KeysChanged(final=judged.by_root))
    return pendant, (news, ev.Register(pendant.registration), *told, *copies)


def _peer_inbox(pendant: Pendant, judged: control.Judged) -> Step:
    accepted = control.accept_inbox(judged, pendant.peer, pendant.standing)
    if accepted is None:
        return pendant, ()
    peer, standing = accepted
    return replace(pendant, standing=standing).with_keyring(replace(pendant.keyring, peer=peer)), ()


def _peer_verified(pendant: Pendant, judged: control.Judged) -> Step:
    if judged.at_s <= pendant.standing.verified_at_s:
        return pendant, ()
    if judged.fields.data("root", 32) != pendant.keyring.root:
        raise Damaged("They compared the words of somebody else.")
    standing = replace(pendant.standing, verified_at_s=judged.at_s)
    pendant = replace(pendant, standing=standing, peer_verified_s=judged.at_s)
    return pendant, (ev.Tell(ev.PeerVerified(judged.at_s)),)


def _peer_receipts(pendant: Pendant, judged: control.Judged) -> Step:
    on = judged.fields.flag("on")
    if judged.at_s <= pendant.standing.receipts_at_s:
        return pendant, ()
    standing = replace(pendant.standing, receipts_at_s=judged.at_s)
    pendant = replace(pendant, standing=standing, receipts_theirs=on)
    return pendant, (ev.Tell(ev.ReceiptsChanged(on)),)


def _unopened(pendant: Pendant, sealed: bytes, now_s: int) -> Step:
    """Keep what did not open for a month, tell it once, and ask for it with the day's maintenance."""
    short = digest(sealed)[:16]
    if any(short == known for known, _ in pendant.unopened):
        return pendant, ()
    unopened = (*pendant.unopened, (short, now_s))[-UNOPENED_MAX:]
    effects = (ev.KeepRaw(sealed, until_s=now_s + KEPT_S), ev.Tell(ev.Unopenable()))
    return replace(pendant, unopened=unopened), effects


def _heads(pendant: Pendant, body: Body, now_s: int) -> Step:
    """Note what the peer says that it has of ours."""
    named = max((n for device, n in body.heads if device == pendant.device.id), default=-1)
    if named >= pendant.sending.next or named <= max((n for _, n in pendant.named), default=-1):
        return pendant, ()
    days = (*((day, n) for day, n in pendant.named if day != now_s // DAY_S), (now_s // DAY_S, named))
    return replace(pendant, named=days[-60:]), (ev.Tell(ev.HasReceived(named)),)


def _chain_news(
    before: Receiving, after: Receiving, verdict: Verdict, n: int, dropped: tuple[Gap, ...]
) -> tuple[Effect, ...]:
    device = after.device
    news: list[ev.News] = []
    if verdict is Verdict.FORK:
        news.append(ev.ForkSeen(device, n))
    if verdict is Verdict.LATE and any(gap.told and gap.first <= n <= gap.last for gap in before.gaps):
        news.append(ev.GapClosed(device, n))
    news += [ev.GapGivenUp(device, gap.first, gap.last) for gap in dropped]
    return tuple(ev.Tell(each) for each in news)


# What time brings.


def _tick(pendant: Pendant, event: ev.Tick, now_s: int, random: Random) -> Step:
    pendant, effects = _gaps_told(pendant, now_s)
    if now_s - pendant.daily_s < DAILY_S:
        return pendant, effects
    pendant = replace(pendant, daily_s=now_s)
    for work in (_inbox_keys, _prekeys, _missing, _answered, _forgotten, _copied):
        pendant, more = work(pendant, now_s, random)
        effects += more
    return pendant, effects


def _gaps_told(pendant: Pendant, now_s: int) -> Step:
    effects: list[Effect] = []
    for chain in pendant.receiving:
        gaps = []
        for gap in chain.gaps:
            if now_s - gap.since_s >= GAP_ASKED_S:
                effects.append(ev.Tell(ev.GapGivenUp(chain.device, gap.first, gap.last)))
                continue
            if not gap.told and now_s - gap.since_s >= GAP_PATIENCE_S:
                effects.append(ev.Tell(ev.GapSeen(chain.device, gap.first, gap.last)))
                gap = replace(gap, told=True)
            gaps.append(gap)
        if tuple(gaps) != chain.gaps:
            pendant = pendant.with_chain(pendant.bond.role.other, replace(chain, gaps=tuple(gaps)))
    return pendant, tuple(effects)


def _inbox_keys(pendant: Pendant, now_s: int, random: Random) -> Step:
    """Let go of old inbox keys once the peer uses the new one: whoever stole one could write with it."""
    keyring = pendant.keyring
    used = pendant.inbox_used_s and now_s - pendant.inbox_used_s >= INBOX_KEY_KEPT_S
    if not used or len(keyring.inbox_keys) == 1:
        return pendant, ()
    return pendant.with_keyring(replace(keyring, inbox_keys=keyring.inbox_keys[-1:]), copy=False), ()


def _prekeys(pendant: Pendant, now_s: int, random: Random) -> Step:
    """Make a new prekey each week, and delete those that nobody can use any more."""
    keyring = pendant.keyring
    if now_s - keyring.prekeys[-1].made_s >= PREKEY_EVERY_S:
        keyring = keyring.with_prekey(now_s, random)
    used = [chain.prekey for chain in pendant.receiving if now_s - chain.heard_s < AWAKE_S]
    kept = tuple(_marked(key, used, now_s) for key in keyring.prekeys)
    kept = (*(key for key in kept[:-1] if _is_wanted(key, now_s)), kept[-1])
    made = kept[-1] is not pendant.keyring.prekeys[-1]
    # Copies are renewed with the new prekey; until then they hold one or two that are deleted here.
    pendant = pendant.with_keyring(replace(keyring, prekeys=kept), copy=made)
    if not made and not _unopened_lately(pendant, now_s):
        return pendant, ()
    news = NewPrekey(pendant.keyring.epoch, pendant.keyring.prekeys[-1].public)
    return _deposit(pendant, news, now_s, random, by_person=False)


def _marked(key: Prekey, used: list[int], now_s: int) -> Prekey:
    passed = bool(used) and min(used) > key.number
    return replace(key, passed_s=now_s) if passed and not key.passed_s else key


def _is_wanted(key: Prekey, now_s: int) -> bool:
    if now_s - key.made_s >= PREKEY_KEPT_MAX_S:
        return False
    return not key.passed_s or now_s - key.passed_s < PREKEY_KEPT_S


def _missing(pendant: Pendant, now_s: int, random: Random) -> Step:
    """Ask for what has not come: the newest first, since what is old was asked for before."""
    found = [(gap.since_s, chain.device, gap) for chain in pendant.receiving for gap in chain.gaps]
    found.sort(key=lambda each: -each[0])
    gaps = [(device, gap.first, gap.last) for _, device, gap in found]
    above: tuple[tuple[bytes, int], ...] = ()
    if _unopened_lately(pendant, now_s):
        above = tuple((chain.device, chain.next - 1) for chain in pendant.receiving if chain.next)
    pendant = replace(pendant, unopened=tuple(item for item in pendant.unopened if now_s - item[1] < KEPT_S))
    if not gaps and not above:
        return pendant, ()
    return _deposit(pendant, Missing(tuple(gaps[:GAPS_MAX]), above), now_s, random, by_person=False)


def _unopened_lately(pendant: Pendant, now_s: int) -> bool:
    """Say whether something did not open since yesterday: then all above the last known is asked for."""
    return any(now_s - at < DAY_S for _, at in pendant.unopened)


def _answered(pendant: Pendant, now_s: int, random: Random) -> Step:
    """Send again what the peer asked for since the last time."""
    effects: list[Effect] = []
    left = RESENT_A_DAY_MAX
    for first, last in pendant.asked:
        last = min(last, first + left - 1)
        if first <= last:
            effects.append(ev.Resend(first, last))
            left -= last - first + 1
    return replace(pendant, asked=()), tuple(effects)


def _forgotten(pendant: Pendant, now_s: int, random: Random) -> Step:
    """Let go of the bodies that the peer has had for a month."""
    old = [n for day, n in pendant.named if (day + 1) * DAY_S + KEPT_S <= now_s]
    if not old:
        return pendant, ()
    kept = tuple((day, n) for day, n in pendant.named if n >= max(old))
    return replace(pendant, named=kept), (ev.Forget(max(old)),)


def _copied(pendant: Pendant, now_s: int, random: Random) -> Step:
    """Give the keyring to our slot and to the peer, where it has changed since."""
    if pendant.copied == pendant.serial:
        return pendant, ()
    pendant = replace(pendant, copied=pendant.serial)
    sealed = pendant.keyring.seal()
    copy = KeyringCopy(pendant.serial, sealed)
    pendant, effects = _deposit(pendant, copy, now_s, random, by_person=False)
    return pendant, (ev.SaveSlot(sealed), *effects)


# Writing.


def _control(
    pendant: Pendant, type: str, content: Record, now_s: int, random: Random, *, by_person: bool = True
) -> Step:
    signed = control.sign(pendant.keyring, type, content, now_s)
    return _deposit(pendant, signed, now_s, random, by_person=by_person)


def _deposit(
    pendant: Pendant,
    content: Content,
    now_s: int,
    random: Random,
    *,
    by_person: bool,
    blobs: tuple[bytes, ...] = (),
) -> Step:
    """Put `content` into the chain and send it: in the envelope, or in a blob where it is too long.

    What the sender has received is said only in what a person caused: a timer would be a tracker.
    """
    record = content.to_record()
    after, body, data = pendant.wrote(content.kind, now_s=now_s, heads=by_person, content=record)
    if len(data) <= envelope.BODY_BYTES_MAX:
        return after, (ev.Deposit(kind=content.kind, n=body.n, body=data, blobs=blobs),)
    ref, blob = envelope.seal_blob(record, random=random)
    after, body, data = pendant.wrote(content.kind, now_s=now_s, heads=by_person, blob=ref)
    return after, (ev.Deposit(kind=content.kind, n=body.n, body=data, blobs=(ref.id,), blob=blob),)


_STEPS: dict[type, Callable[..., Step]] = {
    ev.Begun: _begun,
    ev.RingWanted: _ring,
    ev.LetterSealed: _letter,
    ev.Arrived: _arrived,
    ev.Verified: _verified,
    ev.ReceiptsWanted: _receipts,
    ev.KitConfirmed: _kit_confirmed,
    ev.DevicesRemoved: _devices_removed,
    ev.Tick: _tick,
}
