"""What time brings: gaps are told, and once a day keys are renewed, what is missing is asked for and given.

All of it may run at any time and as often as one likes: what was done is not done again.
"""

from dataclasses import replace

from twinbell.bond import event as ev
from twinbell.bond.arrival import UNOPENED_KEPT_S
from twinbell.bond.chain import DAY_S
from twinbell.bond.event import Effect
from twinbell.bond.keys import Prekey
from twinbell.bond.message import GAPS_MAX, Missing, NewPrekey
from twinbell.bond.pendant import Pendant
from twinbell.bond.record import Random
from twinbell.bond.writing import Step, copied, deposit
from twinbell.wire.limits import DEVICE_ASLEEP_S

DAILY_S = 20 * 3600  # a person opens Twinbell at about the same hour: a day less four hours is a day
PREKEY_EVERY_S = 7 * DAY_S
PREKEY_KEPT_S = 30 * DAY_S  # after every awake device of the peer was seen to use a newer one
PREKEY_KEPT_MAX_S = 400 * DAY_S
INBOX_KEY_KEPT_S = 7 * DAY_S  # an old one, after the peer was seen to use the new one
GAP_PATIENCE_S = 300  # what is under way may overtake
GAP_ASKED_S = 30 * DAY_S
RESENT_A_DAY_MAX = 1000  # a peer that asks for everything, every day, does not get it
BODIES_KEPT_S = 30 * DAY_S  # after the peer has said that it has them


def tick(pendant: Pendant, event: ev.Tick, now_s: int, random: Random) -> Step:
    pendant, effects = _gaps_told(pendant, now_s)
    if 0 <= now_s - pendant.daily_s < DAILY_S:  # a clock that was far ahead once must not stop this for long
        return pendant, effects
    pendant = replace(pendant, daily_s=now_s)
    for work in (_inbox_keys, _prekeys, _missing, _answered, _forgotten, copied):
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
    if not 0 <= now_s - keyring.prekeys[-1].made_s < PREKEY_EVERY_S:
        keyring = keyring.with_prekey(now_s, random)
    used = [chain.prekey for chain in pendant.receiving if now_s - chain.heard_s < DEVICE_ASLEEP_S]
    kept = tuple(_marked(key, used, now_s) for key in keyring.prekeys)
    kept = (*(key for key in kept[:-1] if _is_wanted(key, now_s)), kept[-1])
    made = kept[-1] is not pendant.keyring.prekeys[-1]
    # Copies are renewed with the new prekey; until then they hold one or two that are deleted here.
    pendant = pendant.with_keyring(replace(keyring, prekeys=kept), copy=made)
    if not made and not _unopened_lately(pendant, now_s):
        return pendant, ()
    news = NewPrekey(pendant.keyring.epoch, pendant.keyring.prekeys[-1].public)
    return deposit(pendant, news, now_s, random, by_person=False)


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
    pendant = replace(
        pendant, unopened=tuple(item for item in pendant.unopened if now_s - item[1] < UNOPENED_KEPT_S)
    )
    if not gaps and not above:
        return pendant, ()
    return deposit(pendant, Missing(tuple(gaps[:GAPS_MAX]), above), now_s, random, by_person=False)


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
    old = [n for day, n in pendant.named if (day + 1) * DAY_S + BODIES_KEPT_S <= now_s]
    if not old:
        return pendant, ()
    kept = tuple((day, n) for day, n in pendant.named if n >= max(old))
    return replace(pendant, named=kept), (ev.Forget(max(old)),)
