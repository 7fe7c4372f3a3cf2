"""Coming back from paper: a new device takes the bond up again and is given every letter; a thief nothing."""

import secrets
from dataclasses import replace

import pytest
from tests.bond.people import NOW_S, Person, ring_true
from tests.bond.two import LETTER, Two

from twinbell.bond import control, paper
from twinbell.bond import event as ev
from twinbell.bond.about import About
from twinbell.bond.keys import Keyring
from twinbell.bond.kit import Page, Root
from twinbell.bond.message import Control, Letter, LetterAgain, Ring
from twinbell.bond.pendant import Pendant
from twinbell.bond.writing import deposit
from twinbell.errors import Damaged, NotForMe, Refused


class WithPaper(Two):
    """Two people of whom Ana has her kit page, and has lost her device."""

    def __init__(self):
        super().__init__()
        ana, ben = Person("Ana"), Person("Ben")
        giver = ana.gives()
        giver, answerer = ring_true(giver, ben.answers(giver.code))
        self.root = ana.root
        self.sides = {
            "ana": Pendant.begin(ana.keyring, ana.device, giver.joined),
            "ben": Pendant.begin(ben.keyring, ben.device, answerer.joined),
        }
        self.page = self.ana.keyring.page(self.root)

    def comes_back(self, sealed=None):
        """Let Ana take up her bond on a new device, with what lies in her slot."""
        keyring = paper.open_keyring(self.page, sealed or self.ana.keyring.seal())
        self.sides["ana"] = paper.restore(keyring, self.root)
        self.does("ana", ev.CameBack(self.root))


@pytest.fixture
def two():
    return WithPaper()


def test_who_came_back_is_a_new_device_of_a_new_epoch_and_nothing_has_to_be_compared_again(two):
    before = two.ana

    two.comes_back()

    assert two.ana.device.id != before.device.id
    assert two.ana.device.root == b""
    assert two.ana.keyring.epoch == two.ben.peer.epoch == 2
    assert two.heard("ben", ev.KeysChanged) == [ev.KeysChanged(final=True)]
    assert two.heard("ben", ev.Restored) == [ev.Restored(two.ana.device.id)]
    assert not two.ben.changed
    assert [device for device, _ in two.ana.keyring.devices] == [two.ana.device.id]


def test_ring_and_letter_go_both_ways_afterwards(two):
    two.comes_back()

    two.does("ben", ev.RingWanted())
    two.does("ana", ev.LetterSealed(LETTER))

    assert len(two.heard("ana", ev.Rang)) == 1
    assert two.caused("ben", ev.FetchLetter)[-1].letter == LETTER


def test_who_loses_the_new_device_too_finds_the_inbox_of_the_other_as_it_is_now(two):
    two.comes_back()

    slots = [paper.open_keyring(two.page, each.sealed) for each in two.caused("ana", ev.SaveSlot)]

    assert two.ben.keyring.inbox.generation == 2
    assert two.ben.keyring.inbox in [slot.peer.inbox for slot in slots if slot.peer]


def test_what_waited_in_the_inbox_meanwhile_still_opens(two):
    (waiting,) = two.does("ben", ev.RingWanted(), deliver=False)
    sealed = two.ben.seal(waiting.body)
    two.comes_back()

    two.does("ana", ev.Arrived(sealed, two.now_s))

    assert len(two.heard("ana", ev.Rang)) == 1


def test_beginning_in_the_middle_of_the_others_chain_is_no_gap(two):
    rings = [two.does("ben", ev.RingWanted())[0] for _ in range(5)]
    two.comes_back()

    two.does("ben", ev.RingWanted())
    two.days(40)
    two.deliver("ben", rings[1])
    two.deliver("ben", rings[1])

    assert not [kind for name, kind in two.news if name == "ana" and "Gap" in type(kind).__name__]
    assert not [d for d in two.sent["ana"].values() if d.kind == "missing"]
    assert len(two.heard("ana", ev.Rang)) == 5 + 1 + 1  # before, after, and the late one once


def test_a_gap_after_the_beginning_is_still_seen(two):
    two.comes_back()
    two.does("ben", ev.RingWanted())
    two.does("ben", ev.RingWanted(), deliver=False)
    two.does("ben", ev.RingWanted())
    two.now_s += 600
    two.does("ana", ev.Tick())

    assert len(two.heard("ana", ev.GapSeen)) == 1


def test_the_other_gives_letters_and_what_they_had_told_of_themselves(two):
    two.does("ben", ev.AboutWritten(About(birthday="05-06")))
    two.comes_back()

    assert two.caused("ben", ev.GiveLetters) == [ev.GiveLetters()]
    assert two.ana.about_theirs == About(birthday="05-06")
    for yours in (True, False):
        again = LetterAgain(replace_id(LETTER, bytes([yours]) * 16), yours, NOW_S)
        two.does("ben", ev.LetterGiven(again))
    taken = two.caused("ana", ev.FetchLetter)
    assert [(each.ours, each.back, each.sent_s) for each in taken] == [
        (True, True, NOW_S),
        (False, True, NOW_S),
    ]


def replace_id(letter, id):
    return Letter(id, letter.blob, letter.length, letter.sha256, letter.lock, letter.eml)


def test_a_letter_that_is_given_to_one_who_lacks_none_is_not_taken(two):
    two.does("ben", ev.LetterGiven(LetterAgain(LETTER, True, NOW_S)))

    assert not two.caused("ana", ev.FetchLetter)


def test_keys_that_signed_before_are_known_again(two):
    root = Root.generate(secrets.token_bytes)
    first = two.ben.keyring.identity.verify_key.raw
    two.does("ben", ev.DevicesRemoved(None))
    two.comes_back()

    assert root.seed  # not Ben's: his change was by his identity alone
    assert two.ana.identities == (first,)
    assert two.ana.peer.identity == two.ben.keyring.identity.verify_key.raw


def test_a_thief_of_the_identity_gets_no_letters(two):
    stolen = control.sign(two.ana.keyring, control.RESTORED, {"device": bytes(8)}, two.now_s)
    two.sides["ana"], effects = deposit(two.ana, stolen, two.now_s, secrets.token_bytes, by_person=False)
    two.deliver("ana", effects[0])

    assert not two.caused("ben", ev.GiveLetters)
    assert two.heard("ben", ev.ControlRefused)
    assert not two.sent["ben"]


def test_an_old_signature_of_the_root_gives_nothing_twice(two):
    two.comes_back()
    restored = next(d for d in two.sent["ana"].values() if d.kind == "control" and d.blob is None)
    content = control_of(two, restored)
    two.sides["ana"], effects = deposit(two.ana, content, two.now_s, secrets.token_bytes, by_person=False)

    two.deliver("ana", effects[0])

    assert len(two.caused("ben", ev.GiveLetters)) == 1


def control_of(two, sent):
    from twinbell.bond.message import Body, read

    body = Body.parse(sent.body)
    content = read(body.kind, body.content or {})
    assert isinstance(content, Control)
    return content


def test_an_announcement_that_did_not_open_is_asked_for_although_its_device_is_not_known(two):
    two.does("ana", ev.RingWanted())
    keyring = paper.open_keyring(two.page, two.ana.keyring.seal())
    two.sides["ana"] = paper.restore(keyring, two.root)
    # Meanwhile the other has deleted the prekey that lay in the keyring.
    fresh = two.ben.keyring.with_prekey(two.now_s, secrets.token_bytes)
    ben = replace(two.ben, keyring=replace(fresh, prekeys=fresh.prekeys[-1:]))
    two.sides["ben"] = ben
    two.does("ana", ev.CameBack(two.root))
    assert two.heard("ben", ev.Unopenable)

    two.now_s += 3600
    two.does("ben", ev.Tick())
    two.days(1)

    assert len(two.heard("ben", ev.Restored)) == 1


def test_the_copy_with_the_other_is_of_the_new_keys_also_where_many_came_before(two):
    two.does("ana", ev.Begun())
    two.days(30)
    copies = len(two.caused("ben", ev.KeepCopy))
    two.comes_back()

    fresh = two.caused("ben", ev.KeepCopy)[copies:]
    assert copies > 1
    assert [Keyring.open(copy.sealed, two.root.age_seed).epoch for copy in fresh][-1] == 2


def test_a_keyring_of_another_page_is_refused(two):
    stranger = Person("Eve")
    page = Page(root=stranger.root, relay=two.page.relay, box=two.page.box, peer=two.page.peer)
    wrong_peer = replace(two.page, peer=bytes(16))

    with pytest.raises(NotForMe):
        paper.open_keyring(page, two.ana.keyring.seal())
    with pytest.raises(Damaged):
        paper.open_keyring(wrong_peer, two.ana.keyring.seal())
    with pytest.raises(Damaged):
        paper.open_keyring(two.page, replace(two.ana.keyring, bond=None).seal())


def test_paper_does_not_begin_again_what_its_person_has_ended(two):
    two.does("ana", ev.Parted())

    with pytest.raises(Refused):
        paper.open_keyring(two.page, two.ana.keyring.seal())


def test_a_provisional_epoch_of_the_other_stays_provisional_after_paper(two):
    two.does("ben", ev.DevicesRemoved(None))
    two.comes_back()

    assert not two.ana.standing.by_root
    two.does("ben", ev.RingWanted(Ring((100,))))
    assert two.heard("ana", ev.Rang)


def test_the_keyring_that_comes_back_is_the_one_that_was_sealed(two):
    assert Keyring.open(two.ana.keyring.seal(), two.root.age_seed) == two.ana.keyring
