"""What a pendant does: rings, letters, keys that change, and what comes too late, twice or not at all."""

import secrets
from dataclasses import replace

import pytest
from tests.bond.people import NOW_S, pair

from twinbell.bond import arrival, control, daily, envelope, lifecycle
from twinbell.bond import event as ev
from twinbell.bond.chain import DAY_S
from twinbell.bond.keys import Root
from twinbell.bond.message import Body, Control, Letter, Ring, read
from twinbell.bond.pendant import RINGS_AN_HOUR, Pendant
from twinbell.encoding import encode
from twinbell.errors import Damaged, Mistaken, NotForMe

LETTER = Letter(id=b"i" * 16, blob=b"b" * 16, length=9, sha256=b"s" * 32, lock=b"l" * 32, eml=b"e" * 32)


class Two:
    """Ana and Ben, a clock that jumps, and a network that does what it should."""

    def __init__(self):
        ana, ben = pair()
        self.sides = {"ana": ana, "ben": ben}
        self.now_s = NOW_S
        self.news: list[tuple[str, object]] = []
        self.effects: list[tuple[str, object]] = []
        self.sent: dict[str, dict[int, ev.Deposit]] = {"ana": {}, "ben": {}}

    @property
    def ana(self):
        return self.sides["ana"]

    @property
    def ben(self):
        return self.sides["ben"]

    def does(self, who, event, *, deliver=True):
        """Let one do something and carry all that follows to the other; return the deposits of the first."""
        self.sides[who], effects = lifecycle.step(self.sides[who], event, self.now_s)
        deposits = [effect for effect in effects if isinstance(effect, ev.Deposit)]
        for effect in effects:
            self.effects.append((who, effect))
            if isinstance(effect, ev.Tell):
                self.news.append((who, effect.news))
            if isinstance(effect, ev.Deposit):
                self.sent[who][effect.n] = effect
                if deliver:
                    self.deliver(who, effect)
            if isinstance(effect, ev.Resend) and deliver:
                for n in range(effect.first, effect.last + 1):
                    self.deliver(who, self.sent[who][n])
        return deposits

    def deliver(self, who, deposit, arrived_s=None):
        to = "ben" if who == "ana" else "ana"
        sealed = self.sides[who].seal(deposit.body)
        event = ev.Arrived(sealed, self.now_s if arrived_s is None else arrived_s)
        _, effects = lifecycle.step(self.sides[to], event, self.now_s)
        if any(isinstance(effect, ev.FetchBlob) for effect in effects):
            event = ev.Arrived(sealed, event.arrived_s, deposit.blob)
        self.does(to, event)
        return sealed

    def heard(self, who, kind):
        return [news for name, news in self.news if name == who and isinstance(news, kind)]

    def caused(self, who, kind):
        return [effect for name, effect in self.effects if name == who and isinstance(effect, kind)]

    def days(self, count):
        for _ in range(count):
            self.now_s += DAY_S
            for who in self.sides:
                self.does(who, ev.Tick())


@pytest.fixture
def two():
    return Two()


def test_a_ring_is_heard_once_by_the_other(two):
    (deposit,) = two.does("ana", ev.RingWanted(Ring((100, 50, 100))))
    two.deliver("ana", deposit)

    (rang,) = two.heard("ben", ev.Rang)
    assert rang.ring.pattern == (100, 50, 100)
    assert rang.sound


def test_a_ring_that_lay_for_five_minutes_is_shown_and_not_sounded(two):
    (deposit,) = two.does("ana", ev.RingWanted(), deliver=False)
    two.now_s += 400

    two.deliver("ana", deposit, arrived_s=NOW_S)

    (rang,) = two.heard("ben", ev.Rang)
    assert not rang.sound


def test_a_knock_is_told_with_its_time_and_counts_as_one_sound(two):
    two.does("ana", ev.KnockWanted())
    for _ in range(RINGS_AN_HOUR):
        two.does("ana", ev.RingWanted())

    assert two.heard("ben", ev.Knocked) == [ev.Knocked(NOW_S, NOW_S, True)]
    assert not two.heard("ben", ev.Rang)[-1].sound


def test_a_knock_that_lay_for_five_minutes_is_shown_and_not_sounded(two):
    (deposit,) = two.does("ana", ev.KnockWanted(), deliver=False)
    two.now_s += 400

    two.deliver("ana", deposit, arrived_s=NOW_S)

    (knocked,) = two.heard("ben", ev.Knocked)
    assert not knocked.sound


def test_after_so_many_rings_in_an_hour_the_rest_is_silent(two):
    for _ in range(RINGS_AN_HOUR + 5):
        two.does("ana", ev.RingWanted())
    assert [rang.sound for rang in two.heard("ben", ev.Rang)].count(True) == RINGS_AN_HOUR

    two.now_s += 3700
    two.does("ana", ev.RingWanted())
    assert two.heard("ben", ev.Rang)[-1].sound


@pytest.mark.parametrize("pattern", [(), (9,), (5001,), (100,) * 33, (5000,) * 7])
def test_a_ring_that_would_not_end_is_a_mistake_of_ours_and_damaged_from_them(pattern):
    with pytest.raises(Mistaken):
        Ring(pattern)
    with pytest.raises(Damaged):
        read("ring", {"pattern": list(pattern)})


def test_a_letter_is_to_be_fetched_whole_and_its_envelope_names_its_blob(two):
    (deposit,) = two.does("ana", ev.LetterSealed(LETTER))

    (fetch,) = two.caused("ben", ev.FetchLetter)
    assert fetch.letter == LETTER
    assert deposit.blobs == (LETTER.blob,)
    assert not fetch.again


def test_a_longer_body_goes_as_a_blob_and_is_kept_out_of_the_chain_until_the_blob_is_there(two):
    deposits = two.does("ana", ev.Begun(), deliver=False)
    copy = next(deposit for deposit in deposits if deposit.kind == "keyring")
    sealed = two.ana.seal(copy.body)

    before, effects = lifecycle.step(two.ben, ev.Arrived(sealed, NOW_S), NOW_S)
    assert effects == (ev.FetchBlob(copy.blobs[0], len(copy.blob)),)
    after, effects = lifecycle.step(two.ben, ev.Arrived(sealed, NOW_S, copy.blob), NOW_S)

    assert before == two.ben
    assert [type(effect) for effect in effects] == [ev.KeepCopy]
    assert after.receiving[0].next == 1


def test_a_blob_that_is_wrong_or_gone_is_told_and_asked_for_again(two):
    deposits = two.does("ana", ev.Begun(), deliver=False)
    copy = next(deposit for deposit in deposits if deposit.kind == "keyring")
    sealed = two.ana.seal(copy.body)

    for blob in (b"", copy.blob[:-1] + b"x"):
        after, effects = lifecycle.step(two.ben, ev.Arrived(sealed, NOW_S, blob), NOW_S)

        assert after.receiving == ()
        assert ev.Tell(ev.Unopenable()) in effects


def test_a_copy_of_the_keyring_goes_to_the_slot_and_to_the_peer_and_says_nothing_to_them(two):
    two.does("ana", ev.Begun())

    (slot,) = two.caused("ana", ev.SaveSlot)
    (kept,) = two.caused("ben", ev.KeepCopy)
    assert kept.sealed == slot.sealed
    assert two.ana.keyring.identities[0] not in kept.sealed


def test_what_cannot_be_opened_is_kept_told_once_and_asked_for_with_the_day(two):
    two.does("ana", ev.RingWanted())
    (lost,) = two.does("ana", ev.RingWanted(Ring((77,))), deliver=False)
    sealed = two.ana.seal(lost.body)
    broken = ev.Arrived(sealed[:-1] + bytes([sealed[-1] ^ 1]), NOW_S)

    two.does("ben", broken)
    two.does("ben", broken)
    assert len(two.heard("ben", ev.Unopenable)) == 1
    assert two.caused("ben", ev.KeepRaw)[0].until_s == NOW_S + arrival.UNOPENED_KEPT_S
    two.days(2)

    assert [rang.ring.pattern for rang in two.heard("ben", ev.Rang)] == [(400,), (77,)]


def test_a_gap_is_told_after_a_while_asked_for_once_a_day_and_closed(two):
    two.does("ana", ev.RingWanted())
    two.does("ana", ev.RingWanted(Ring((77,))), deliver=False)
    two.does("ana", ev.RingWanted())

    two.does("ben", ev.Tick())
    assert two.heard("ben", ev.GapSeen) == []
    two.now_s += daily.GAP_PATIENCE_S
    two.does("ben", ev.Tick())
    two.does("ben", ev.Tick())
    assert [(gap.first, gap.last) for gap in two.heard("ben", ev.GapSeen)] == [(1, 1)]
    two.days(2)

    assert len(two.heard("ben", ev.GapClosed)) == 1
    assert (77,) in [rang.ring.pattern for rang in two.heard("ben", ev.Rang)]


def test_nothing_is_answered_at_once(two):
    two.does("ben", ev.Begun())
    two.does("ana", ev.RingWanted())
    two.does("ana", ev.RingWanted(), deliver=False)
    two.does("ana", ev.RingWanted())
    two.now_s += 3600

    two.does("ben", ev.Tick())

    assert [deposit.kind for deposit in two.sent["ben"].values()] == ["keyring"]


def test_a_gap_that_does_not_close_in_a_month_is_given_up(two):
    two.does("ana", ev.RingWanted(), deliver=False)
    two.does("ana", ev.RingWanted())
    two.sent["ana"].clear()
    for _ in range(40):
        two.now_s += DAY_S
        two.does("ben", ev.Tick(), deliver=False)

    assert len(two.heard("ben", ev.GapGivenUp)) == 1
    assert two.ben.receiving[0].gaps == ()


def test_a_peer_that_asks_for_everything_does_not_get_everything(two):
    two.sides["ana"] = replace(two.ana, sending=replace(two.ana.sending, next=10_000))
    asks = {"gaps": [[two.ana.device.id, 0, 2**40]], "above": []}
    ben, _, body = two.ben.wrote("missing", now_s=NOW_S, heads=False, content=asks)
    two.does("ana", ev.Arrived(ben.seal(body), NOW_S))

    two.now_s += DAY_S
    two.does("ana", ev.Tick(), deliver=False)

    (resend,) = two.caused("ana", ev.Resend)
    assert resend.last - resend.first + 1 == daily.RESENT_A_DAY_MAX


def test_a_kind_that_is_not_known_is_kept_and_told(two):
    ana, _, body = two.ana.wrote("hologram", now_s=NOW_S, heads=False, content={"depth": 3})

    two.does("ben", ev.Arrived(ana.seal(body), NOW_S))

    assert two.heard("ben", ev.NewerNeeded) == [ev.NewerNeeded("hologram")]
    assert two.caused("ben", ev.KeepRaw) == [ev.KeepRaw(body)]


@pytest.mark.parametrize("kind", ["ring", "letter", "prekey", "missing", "control", "keyring"])
def test_a_known_kind_that_makes_no_sense_is_kept_and_raises_nothing(two, kind):
    ana, _, body = two.ana.wrote(kind, now_s=NOW_S, heads=False, content={"nonsense": 1})

    two.does("ben", ev.Arrived(ana.seal(body), NOW_S))

    assert two.caused("ben", ev.KeepRaw) == [ev.KeepRaw(body)]


@pytest.mark.parametrize("body", [b"", b"\xa0", b"\xff", encode({"kind": "ring"}), bytes(2953)])
def test_a_sealed_body_that_is_none_is_kept_and_raises_nothing(two, body):
    two.does("ben", ev.Arrived(two.ana.seal(body), NOW_S))

    assert two.caused("ben", ev.KeepRaw) == [ev.KeepRaw(body)]


def test_prekeys_are_renewed_weekly_and_deleted_a_month_after_the_peer_uses_a_newer_one(two):
    for _ in range(80):
        two.days(1)
        two.does("ana", ev.RingWanted())
        two.does("ben", ev.RingWanted())

    for side in two.sides.values():
        numbers = [key.number for key in side.keyring.prekeys]
        assert numbers[-1] >= 11
        assert 5 <= len(numbers) <= 7
    assert two.ben.peer.prekey.tag == two.ana.keyring.prekeys[-1].tag


def test_a_clock_that_was_a_year_ahead_once_stops_nothing(two):
    two.now_s += 365 * DAY_S
    two.does("ana", ev.Tick())
    two.now_s = NOW_S + DAY_S

    two.does("ana", ev.Tick())
    renewed = two.ana.keyring.prekeys[-1].number
    two.days(8)

    assert two.ana.keyring.prekeys[-1].number == renewed + 1


def test_prekeys_wait_for_a_peer_who_is_away_and_no_longer_than_four_hundred_days(two):
    two.does("ben", ev.RingWanted())
    late = two.does("ben", ev.RingWanted(Ring((77,))), deliver=False)[0]
    sealed = two.ben.seal(late.body)
    for _ in range(390):
        two.now_s += DAY_S
        two.does("ana", ev.Tick(), deliver=False)

    two.does("ana", ev.Arrived(sealed, two.now_s))
    assert two.heard("ana", ev.Rang)[-1].ring.pattern == (77,)

    for _ in range(20):
        two.now_s += DAY_S
        two.does("ana", ev.Tick(), deliver=False)
    assert two.ana.keyring.prekeys[0].number > 1


def test_comparing_the_words_shows_on_both_sides(two):
    assert not two.ana.verified

    two.does("ana", ev.Verified())

    assert two.ana.verified
    assert not two.ben.verified
    assert two.heard("ben", ev.PeerVerified) == [ev.PeerVerified(NOW_S)]
    assert two.ben.peer_verified_s == NOW_S


def test_receipts_are_off_until_both_want_them_and_stop_when_one_does_not(two):
    two.does("ben", ev.RingWanted())
    two.does("ana", ev.RingWanted())
    assert two.heard("ben", ev.HasReceived) == []

    two.does("ana", ev.ReceiptsWanted(True))
    assert not two.ana.receipts
    two.does("ben", ev.ReceiptsWanted(True))
    assert two.ana.receipts and two.ben.receipts
    two.does("ana", ev.RingWanted())
    assert two.heard("ben", ev.HasReceived)[-1].upto == 1

    two.now_s += 1
    two.does("ben", ev.ReceiptsWanted(False))
    assert not two.ana.receipts


def test_only_what_a_person_did_says_what_has_arrived(two):
    two.does("ana", ev.ReceiptsWanted(True))
    two.does("ben", ev.ReceiptsWanted(True))
    two.days(8)

    for deposit in two.sent["ana"].values():
        body = Body.parse(deposit.body)
        if body.kind in ("prekey", "missing", "keyring"):
            assert body.heads == ()


def test_bodies_are_forgotten_a_month_after_the_peer_has_said_that_it_has_them(two):
    two.does("ana", ev.RingWanted())
    two.days(3)
    two.does("ben", ev.RingWanted())
    two.days(29)
    assert two.caused("ana", ev.Forget) == []

    two.days(5)

    assert two.caused("ana", ev.Forget)[0].upto >= 0


def test_the_root_leaves_the_device_once_it_is_on_paper(two):
    two.does("ana", ev.KitConfirmed())

    assert two.ana.device.root == b""
    assert two.ana.device.owner != b""


def test_removed_devices_by_the_root_change_the_keys_for_good_and_the_peer_renews_its_own(two):
    root = Root(two.ana.device.root)
    before = two.ben.keyring.inbox
    two.does("ana", ev.Verified())
    two.does("ben", ev.Verified())

    two.does("ana", ev.DevicesRemoved(root))

    assert two.heard("ben", ev.KeysChanged) == [ev.KeysChanged(final=True)]
    assert two.ben.verified
    assert two.ben.peer.epoch == 2
    assert two.ben.peer.identity == two.ana.keyring.identity.verify_key.raw
    assert two.ben.keyring.inbox.deposit != before.deposit
    assert two.ben.keyring.inbox.key != before.key
    assert two.ana.peer.inbox == two.ben.keyring.inbox
    assert len(two.caused("ben", ev.Register)) == len(two.caused("ana", ev.Register)) == 1
    two.does("ana", ev.RingWanted())
    two.does("ben", ev.RingWanted())
    assert len(two.heard("ana", ev.Rang)) == len(two.heard("ben", ev.Rang)) == 1


def test_an_inbox_key_that_was_stolen_opens_nothing_a_week_after_the_peer_uses_the_new_one(two):
    stolen = two.ana
    two.does("ben", ev.DevicesRemoved(Root(two.ben.device.root)))
    _, effects = lifecycle.step(stolen, ev.RingWanted(), NOW_S)
    body = next(effect.body for effect in effects if isinstance(effect, ev.Deposit))
    sealed = stolen.seal(body)
    assert envelope.open_own(sealed, two.ben.keyring).body == body

    two.does("ana", ev.RingWanted())
    two.days(8)

    with pytest.raises(NotForMe):
        envelope.open_own(sealed, two.ben.keyring)


def test_what_was_sealed_to_an_old_inbox_is_seen_to_be_stale(two):
    sealed = two.ana.seal(b"never acknowledged")

    two.does("ana", ev.DevicesRemoved(Root(two.ana.device.root)))

    assert two.ana.is_stale(sealed)


def test_removed_devices_by_the_identity_alone_ask_for_the_words_again(two):
    two.does("ben", ev.Verified())

    two.does("ana", ev.DevicesRemoved(None))

    assert two.heard("ben", ev.KeysChanged) == [ev.KeysChanged(final=False)]
    assert not two.ben.verified
    two.now_s += 60
    two.does("ben", ev.Verified())
    assert two.ben.verified


def test_the_root_on_paper_beats_the_thief_of_the_phone_in_any_order(two):
    thief = two.ana
    root = Root(two.ana.device.root)
    _, by_thief = lifecycle.step(thief, ev.DevicesRemoved(None), NOW_S)
    owner, by_owner = lifecycle.step(two.ana, ev.DevicesRemoved(root), NOW_S)
    epochs = [
        next(each for each in effects if isinstance(each, ev.Deposit)) for effects in (by_thief, by_owner)
    ]

    for order in (epochs, epochs[::-1]):
        ben = two.ben
        for deposit in order:
            event = ev.Arrived(two.ana.seal(deposit.body), NOW_S, deposit.blob)
            ben, _ = lifecycle.step(ben, event, NOW_S)

        assert ben.peer.identity == owner.keyring.identity.verify_key.raw


def test_of_two_epochs_by_the_same_identity_both_orders_choose_the_same(two):
    made = [lifecycle.step(two.ana, ev.DevicesRemoved(None), NOW_S) for _ in range(2)]
    deposits = [next(each for each in effects if isinstance(each, ev.Deposit)) for _, effects in made]

    chosen = set()
    for order in (deposits, deposits[::-1]):
        ben = two.ben
        for deposit in order:
            ben, _ = lifecycle.step(ben, ev.Arrived(two.ana.seal(deposit.body), NOW_S, deposit.blob), NOW_S)
        chosen.add(ben.peer.identity)

    assert len(chosen) == 1


def test_a_change_signed_by_nobody_who_may_is_refused_and_told(two):
    stranger, _ = pair()
    signed = control.sign(two.ana.keyring, control.RECEIPTS, {"on": True}, NOW_S)
    theirs = control.sign(stranger.keyring, control.RECEIPTS, {"on": True}, NOW_S)
    forged = [
        Control(signed.record, None, None),
        Control(signed.record, None, bytes(64)),
        Control(signed.record, None, theirs.by_identity),
        Control(signed.record, signed.by_identity, signed.by_identity),
        control.sign(two.ben.keyring, control.RECEIPTS, {"on": True}, NOW_S),
    ]

    for content in forged:
        ana, _, body = two.ana.wrote("control", now_s=NOW_S, heads=False, content=content.to_record())
        ben, effects = lifecycle.step(two.ben, ev.Arrived(ana.seal(body), NOW_S), NOW_S)

        assert effects == (ev.Tell(ev.ControlRefused()),)
        assert not ben.receipts_theirs


def test_a_change_that_needs_a_newer_twinbell_is_kept(two):
    signed = control.sign(two.ana.keyring, "control-hologram", {}, NOW_S)
    ana, _, body = two.ana.wrote("control", now_s=NOW_S, heads=False, content=signed.to_record())

    _, effects = lifecycle.step(two.ben, ev.Arrived(ana.seal(body), NOW_S), NOW_S)

    assert ev.KeepRaw(body) in effects


def test_a_change_signed_with_keys_of_which_we_have_not_heard_waits_for_them(two):
    """The envelope that brings the new epoch was lost: what follows is not refused, it is asked for again."""
    deposits = two.does("ana", ev.DevicesRemoved(None), deliver=False)
    verified = two.does("ana", ev.Verified(), deliver=False)[0]

    two.deliver("ana", verified)
    assert two.heard("ben", ev.ControlRefused) == []
    for deposit in [*deposits, verified]:
        two.deliver("ana", deposit)

    assert len(two.heard("ben", ev.PeerVerified)) == 1


def test_a_new_inbox_of_before_is_not_taken_back(two):
    old = two.ana.keyring
    renewed = old.with_inbox(secrets.token_bytes)
    again = renewed.with_inbox(secrets.token_bytes)

    for keyring in (again, renewed):
        said = {"inbox": keyring.inbox.to_record(), "prekey": keyring.prekeys[-1].public.to_record()}
        content = control.sign(old, control.INBOX, said, NOW_S).to_record()
        two.sides["ana"], _, body = two.ana.wrote("control", now_s=NOW_S, heads=False, content=content)
        two.does("ben", ev.Arrived(two.ana.seal(body), NOW_S))

    assert two.ben.peer.inbox == again.inbox


def test_a_second_device_of_the_peer_is_told(two):
    two.does("ana", ev.RingWanted())
    second = replace(two.ana.device, id=b"device-2")
    other = replace(two.ana, device=second, sending=type(two.ana.sending)())
    _, _, body = other.wrote("ring", now_s=NOW_S, heads=False, content=Ring().to_record())

    two.does("ben", ev.Arrived(two.ana.seal(body), NOW_S))

    assert two.heard("ben", ev.DeviceSeen) == [ev.DeviceSeen(b"device-2")]
    assert len(two.heard("ben", ev.Rang)) == 2


def test_what_another_device_of_our_own_says_is_not_taken_for_the_peer(two):
    other = replace(two.ana, device=replace(two.ana.device, id=b"device-2"))
    _, _, body = other.wrote("ring", now_s=NOW_S, heads=False, content=Ring().to_record())

    two.does("ana", ev.Arrived(envelope.seal_own(body, two.ana.keyring), NOW_S))

    assert two.heard("ana", ev.Rang) == []
    assert two.caused("ana", ev.KeepRaw) == [ev.KeepRaw(body)]


def test_a_pendant_is_saved_and_loaded_whole_at_every_moment(two):
    events = [ev.Begun(), ev.RingWanted(), ev.LetterSealed(LETTER), ev.Verified(), ev.ReceiptsWanted(True)]
    for event in [*events, ev.DevicesRemoved(None), ev.Tick()]:
        two.does("ana", event)
        two.does("ben", event)

        for side in two.sides.values():
            assert Pendant.from_bytes(side.to_bytes()) == side


def test_effects_and_events_do_not_print_what_is_sealed(two):
    two.does("ana", ev.Begun())
    (deposit,) = two.does("ana", ev.LetterSealed(LETTER))

    assert repr(deposit.body)[2:40] not in repr(deposit)
    for effect in two.caused("ana", ev.SaveSlot) + two.caused("ben", ev.KeepCopy):
        assert len(repr(effect)) < 100


def test_a_signature_of_one_bond_is_worth_nothing_in_another(two):
    other = Two()
    keyring = replace(two.ana.keyring, bond=other.ana.bond)
    signed = control.sign(keyring, control.VERIFIED, {"root": two.ben.keyring.root}, NOW_S)

    with pytest.raises(Damaged):
        control.judge(Control.from_record(signed.to_record()), two.ben.keyring, two.ben.standing)
