"""What comes in: an envelope is opened, judged by its chain, read, and does what it says.

Nothing here raises for what came from outside, and nothing is dropped but doubles: what cannot be opened, or
needs a newer Twinbell, is kept and told.
"""

from dataclasses import replace

from twinbell.bond import control, envelope, guarded
from twinbell.bond import event as ev
from twinbell.bond.about import About, Portrait, Told
from twinbell.bond.chain import DAY_S, Gap, Receiving, Verdict
from twinbell.bond.event import Effect
from twinbell.bond.message import (
    GAPS_MAX,
    Body,
    Control,
    KeyringCopy,
    Knock,
    Letter,
    LetterAgain,
    Missing,
    NewPrekey,
    Ring,
    digest,
    read,
)
from twinbell.bond.paper import peer_restored
from twinbell.bond.pendant import UNOPENED_MAX, Pendant
from twinbell.bond.record import Random, Record
from twinbell.bond.writing import Step, copied, send_control
from twinbell.encoding import encode
from twinbell.errors import Damaged, NotForMe

SOUND_WITHIN_S = 300  # an older ring is a line, not a sound
UNOPENED_KEPT_S = 30 * DAY_S


def arrived(pendant: Pendant, event: ev.Arrived, now_s: int, random: Random) -> Step:
    try:
        opened = envelope.open_own(event.envelope, pendant.keyring)
    except (Damaged, NotForMe):
        return _unopened(pendant, event.envelope, now_s)
    try:
        body = Body.parse(opened.body)
    except Damaged:
        return pendant, (ev.KeepRaw(opened.body), ev.Tell(ev.NewerNeeded("")))
    known = pendant.chain_of(opened.sender, body.device)
    is_new = known.next == 0
    if is_new and pendant.restored_s:
        known = known.begun_at(body.n)
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
    if is_new and len(pendant.receiving) > 1 and opened.sender is not pendant.bond.role:
        effects = (ev.Tell(ev.DeviceSeen(body.device)), *effects)
    if opened.sender is pendant.bond.role:  # from another device of our own: no kind is known for that yet
        return pendant, (ev.KeepRaw(opened.body), ev.Tell(ev.NewerNeeded(body.kind)))
    if opened.newest and not pendant.inbox_used_s:
        pendant = replace(pendant, inbox_used_s=now_s)
    pendant, read_by = _heads(pendant, body, now_s)
    pendant, said = _said(pendant, body, content, opened.body, verdict, event, now_s, random)
    return pendant, (*effects, *read_by, *said)


def not_whole(pendant: Pendant, event: ev.NotWhole, now_s: int, random: Random) -> Step:
    """Ask again for what an envelope announced: the day's work asks, and the chain takes it once more."""
    try:
        opened = envelope.open_own(event.envelope, pendant.keyring)
        body = Body.parse(opened.body)
    except (Damaged, NotForMe):
        return pendant, ()
    if opened.sender is pendant.bond.role:
        return pendant, ()
    known = pendant.chain_of(opened.sender, body.device)
    chain, dropped = known.reopened(body.n, digest(opened.body), now_s).trimmed()
    news = tuple(ev.Tell(ev.GapGivenUp(chain.device, gap.first, gap.last)) for gap in dropped)
    return pendant.with_chain(opened.sender, chain), news


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
        case Knock():
            pendant, sound = _sounded(pendant, event.arrived_s, now_s)
            return pendant, (ev.Tell(ev.Knocked(body.sent_s, event.arrived_s, sound)),)
        case Letter():
            return pendant, (ev.FetchLetter(content, body.sent_s, verdict is not Verdict.NEXT),)
        case LetterAgain():
            return pendant, _given(pendant, content)
        case About():
            return _about(pendant, content, Told.at(body.sent_s, body.n, now_s))
        case Portrait():
            return _portrait(pendant, content, Told.at(body.sent_s, body.n, now_s))
        case NewPrekey():
            return _new_prekey(pendant, content), ()
        case Missing():
            return _asked(pendant, content), ()
        case Control():
            return controlled(pendant, content, kept, now_s, random)
        case KeyringCopy():
            if content.serial <= pendant.peer_copy:
                return pendant, ()
            return replace(pendant, peer_copy=content.serial), (ev.KeepCopy(content.sealed),)
    if content is not None:
        return guarded.arrived(pendant, content, now_s)
    return pendant, kept


def _rang(pendant: Pendant, ring: Ring, body: Body, arrived_s: int, now_s: int) -> Step:
    pendant, sound = _sounded(pendant, arrived_s, now_s)
    return pendant, (ev.Tell(ev.Rang(ring, body.sent_s, arrived_s, sound)),)


def _sounded(pendant: Pendant, arrived_s: int, now_s: int) -> tuple[Pendant, bool]:
    """Say whether a ring or a knock is to be heard, and count it if so."""
    rung = tuple(at for at in pendant.rung if now_s - 3600 < at <= now_s)
    sound = now_s - arrived_s < SOUND_WITHIN_S and len(rung) < pendant.rings_an_hour
    return replace(pendant, rung=(*rung, now_s) if sound else rung), sound


def _given(pendant: Pendant, content: LetterAgain) -> tuple[Effect, ...]:
    """Take a letter that is given again; only who came back from paper lacks any, and has asked."""
    if not pendant.restored_s:
        return ()
    return (ev.FetchLetter(content.letter, content.at_s, again=True, back=True, ours=content.yours),)


def _about(pendant: Pendant, about: About, told: Told) -> Step:
    if pendant.about_told and told <= pendant.about_told:
        return pendant, ()
    news = (ev.Tell(ev.AboutChanged(about)),) if about != pendant.about_theirs else ()
    return replace(pendant, about_theirs=about, about_told=told), news


def _portrait(pendant: Pendant, portrait: Portrait, told: Told) -> Step:
    if pendant.portrait_told and told <= pendant.portrait_told:
        return pendant, ()
    effects = (ev.KeepPortrait(portrait, ours=False), ev.Tell(ev.PortraitChanged()))
    return replace(pendant, portrait_told=told), effects


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
    named = dict(missing.above).get(pendant.device.id, -1)  # a device that is not named was never heard
    ours += [(named + 1, last)] if missing.above else []
    ranges = {*pendant.asked, *((first, to) for first, to in ours if 0 <= first <= to)}
    return replace(pendant, asked=tuple(sorted(ranges)[:GAPS_MAX]))


def controlled(
    pendant: Pendant, content: Control, kept: tuple[Effect, ...], now_s: int, random: Random
) -> Step:
    try:
        judged = control.judge(content, pendant.keyring, pendant.standing)
        match judged.type:
            case control.EPOCH:
                return _peer_epoch(pendant, judged, now_s, random)
            case control.INBOX:
                return _peer_inbox(pendant, judged, now_s, random)
            case control.VERIFIED:
                return _peer_verified(pendant, judged)
            case control.RECEIPTS:
                return _peer_receipts(pendant, judged)
            case control.RESTORED:
                return peer_restored(pendant, judged, now_s, random)
            case control.IDENTITIES:
                return replace(pendant, identities=control.accept_identities(judged)), ()
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
    pendant, told = send_control(pendant, control.INBOX, inbox, now_s, random, by_person=False)
    pendant, copies = copied(pendant, now_s, random)
    news = ev.Tell(ev.KeysChanged(final=judged.by_root))
    return pendant, (news, ev.Register(pendant.registration), *told, *copies)


def _peer_inbox(pendant: Pendant, judged: control.Judged, now_s: int, random: Random) -> Step:
    accepted = control.accept_inbox(judged, pendant.peer, pendant.standing)
    if accepted is None:
        return pendant, ()
    peer, standing = accepted
    pendant = replace(pendant, standing=standing).with_keyring(replace(pendant.keyring, peer=peer))
    # At once: the old deposit token ends, and paper would come back to an inbox that takes nothing from it.
    return copied(pendant, now_s, random)


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
    effects = (ev.KeepRaw(sealed, until_s=now_s + UNOPENED_KEPT_S), ev.Tell(ev.Unopenable()))
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
