"""Guardians and the reader against a real relay: asked, answered, released, opened; and each refusal."""

import pytest
from tests.client.circle import GUARDIANS, READER, TEXT, WRITER, armed, circle

from twinbell.bond import watchevent as we
from twinbell.bond.guardian import ShareRelease
from twinbell.bond.last import gate_hash, silence
from twinbell.client import (
    alive,
    chains,
    guardians,
    guardstatus,
    journal,
    letters,
    mail,
    opened,
    reader,
    restoring,
    standing,
    watch,
)
from twinbell.client.home import Home
from twinbell.crypto.shares import split
from twinbell.errors import Damaged, NotYet, Refused, Unreachable
from twinbell.wire.silence import Answer


@pytest.fixture
def world(tmp_path):
    with armed(tmp_path) as made:
        yield made


def opens(made, **more):
    _, found = opened.open_letter(made.homes[READER], made.letter(), **more)
    return found.mail.text


def test_nobody_is_a_guardian_without_having_said_so(tmp_path):
    with circle(tmp_path) as made:
        made.ask_guardians()

        assert "guardian-asked" in made.news("Ann")
        guarded = made.guarded("Ann")
        assert not guarded.consented and guarded.seat.given is None

        guardians.consent(made.homes["Ann"], guarded, False)
        made.settle()
        assert "guardian-said" in made.news(WRITER)
        assert guardians.every(made.homes["Ann"]) == []


def test_a_last_letter_opens_when_the_writer_is_silent_and_two_guardians_have_helped(world):
    with pytest.raises(NotYet, match=r"has not been silent for long enough\. Two guardians must help"):
        opens(world)

    world.until_asked()
    assert "asked" in world.news("Ann") and "asked" in world.news("Bo")
    assert world.news(READER) == []
    world.no_from("Ann", "Bo")
    world.days(8)
    world.settle()
    assert "silent" in world.news(READER)
    assert "help-wanted" in world.news("Ann")
    assert world.letter().state(world.homes[READER].now_s) is letters.State.READY

    with pytest.raises(NotYet, match="Two guardians must help"):
        opens(world)
    for name in ("Ann", "Bo"):
        home, guarded = world.homes[name], world.guarded(name)
        assert guardians.ruling(home, guarded, guarded.seat.shares[0]).warning == ""
        guardians.release(home, guarded, guardians.readers(home, guarded))
        world.settle()
    assert world.news(READER) == ["share-released", "share-released"]
    assert opens(world).startswith(TEXT)


def test_a_doorbell_leads_to_a_look_and_no_day_has_to_pass(world):
    ann = world.homes["Ann"].vault
    ann.run("update seat set due_s = ?", 2**40)
    assert ann.one("select doorbell from seat") != (None,)

    world.days(38)
    world.settle()

    assert "asked" in world.news("Ann")


def test_without_a_doorbell_a_guardian_looks_once_a_day(world):
    ann = world.homes["Ann"]
    ann.vault.run("update seat set doorbell = x'00'")
    world.until_asked()
    world.news("Ann")
    looked_s = ann.vault.one("select looked_s from seat")[0]

    world.relay.clock.pass_(3600)
    mail.catch_up(ann)
    assert ann.vault.one("select looked_s from seat") == (looked_s,)

    world.relay.clock.pass_(30 * 3600)
    mail.catch_up(ann)
    assert ann.vault.one("select looked_s from seat")[0] > looked_s


def test_who_has_not_answered_is_told_again_and_who_has_is_not(world):
    world.until_asked()
    world.news("Ann"), world.news("Bo")
    world.no_from("Ann")

    world.days(4)
    world.settle()

    assert "asked" not in world.news("Ann")
    assert "asked" in world.news("Bo")


def test_yes_from_one_guardian_is_a_sign_of_life(world):
    world.until_asked()

    assert guardians.answer(world.homes["Bo"], world.guarded("Bo"), Answer.YES)

    assert watch.look(world.homes[WRITER], world.own).stage == "kept"
    with pytest.raises(Refused, match="You said that you have heard from Mei"):
        release(world, "Bo")


def test_an_answer_counts_no_longer_once_the_writer_was_heard_from(world):
    world.until_asked()
    world.no_from("Ann", "Bo")
    alive.now(world.homes[WRITER], world.own)

    world.days(8)
    world.settle()

    assert "returned" in world.news("Ann")
    assert world.guarded("Ann").row.answer is None
    with pytest.raises(Refused, match="Say first whether you have heard"):
        release(world, "Ann")


@pytest.mark.parametrize("said", [None, Answer.UNKNOWN, Answer.NO])
def test_a_share_is_not_released_before_its_time_whatever_is_said(world, said):
    home = world.homes["Ann"]
    if said:
        assert not guardians.answer(home, world.guarded("Ann"), said)  # nobody asks yet

    with pytest.raises(Refused, match="Say first" if said is not Answer.NO else "too new"):
        release(world, "Ann")
    world.settle()
    assert reader.helpers(world.homes[READER], reader.guardians_of(world.letter())) == []


def test_while_the_relay_waits_a_release_is_warned_of(world):
    world.until_asked()
    world.no_from("Ann")

    guarded = world.guarded("Ann")
    ruled = guardians.ruling(world.homes["Ann"], guarded, guarded.seat.shares[0])

    assert ruled.allowed and "still waits for Mei" in ruled.warning


def test_after_a_return_nothing_more_is_given_out_and_what_was_opened_stays(world):
    world.until_asked()
    world.no_from("Ann", "Bo")
    world.days(8)
    world.settle()
    alive.now(world.homes[WRITER], world.own)
    for name in GUARDIANS[:2]:
        type_share(world, name)

    with pytest.raises(NotYet, match="has been heard from"):
        opens(world)
    world.days(1)
    world.settle()
    assert "returned" in world.news(READER)


def test_what_was_opened_before_a_return_opens_again(world):
    world.until_asked()
    world.no_from("Ann", "Bo")
    world.days(8)
    world.settle()
    for name in GUARDIANS[:2]:
        type_share(world, name)
    assert opens(world).startswith(TEXT)

    alive.now(world.homes[WRITER], world.own)

    assert opens(world).startswith(TEXT)


def test_a_stop_on_paper_ends_it_for_guardians_and_reader(world):
    world.until_asked()
    world.no_from("Ann", "Bo")
    home, own = world.homes[WRITER], world.own
    (code,) = home.vault.one("select stop from watch where id = ?", own.id)
    watch.relay(home, own).stop(own.id, code)
    world.days(2)
    world.settle()

    assert "stopped" in world.news("Ann") and "stopped" in world.news(READER)
    with pytest.raises(Refused, match="stopped with the code on paper"):
        release(world, "Ann")


def test_a_call_for_help_is_told_to_guardians_and_warns(world):
    home = world.homes[WRITER]
    home.vault.run("update watch set duress_s = ?", home.now_s + 35 * 86_400)
    alive.now(home, world.own)
    world.days(8)
    world.settle()

    assert "duress" in world.news("Cy")
    assert guardstatus.facts(world.homes["Cy"], world.guarded("Cy"))["duress"] is True
    assert guardstatus.sentences(world.homes["Cy"], world.guarded("Cy"))[0].startswith("The newest note of")
    assert "duress" not in world.news(READER)


def test_who_leaves_has_nothing_left_and_the_writer_is_told(world):
    guardians.leave(world.homes["Cy"], world.guarded("Cy"))
    world.settle()

    assert guardians.every(world.homes["Cy"]) == []
    assert world.homes["Cy"].vault.one("select 1 from seat") is None
    assert "guardian-gone" in world.news(WRITER)


def test_a_consent_is_asked_for_again_after_a_year_and_once(world):
    for _ in range(13):
        world.days(29)
        alive.now(world.homes[WRITER], world.own)
    world.settle()

    assert world.news("Ann").count("consent-due") == 1
    world.relay.clock.pass_(2 * 86_400)
    world.settle()
    assert "consent-due" not in world.news("Ann")
    guardians.consent(world.homes["Ann"], world.guarded("Ann"), True)
    assert not world.guarded("Ann").consent_is_old(world.homes["Ann"].now_s)


def test_paper_brings_a_guardian_back_to_their_seat(world, tmp_path):
    home = world.homes["Ann"]
    pages = [world.bond("Ann", name).page for name in (WRITER, READER)]
    mail.send(home)
    home.close()
    world.homes["Ann"] = home = Home.make(
        tmp_path / "anew", lambda: None, lambda _: "", clock=world.relay.clock
    )

    for page in pages:
        restoring.restore(home, page)
    world.settle()
    world.until_asked()

    assert "asked" in world.news("Ann")
    assert len(world.guarded("Ann").seat.shares) == 1
    world.no_from("Ann")


def test_it_opens_without_any_relay_by_words_and_a_round(world):
    floor_s = world.letter().floor_s
    for _ in range(3):
        world.days(29)
        alive.now(world.homes[WRITER], world.own)
    world.days(60)
    row, jun = world.letter(), world.homes[READER]
    assert row.state(jun.now_s) is letters.State.READY and jun.now_s > floor_s
    ((kept, round),) = row.lock.rounds()
    assert chains.signature_of(jun, kept.chain, round)
    for home in world.homes.values():
        _goes_away(home)

    with pytest.raises(Unreachable):
        guardians.answer(world.homes["Ann"], world.guarded("Ann"), Answer.NO)
    guarded = world.guarded("Ann")
    assert guardians.ruling(world.homes["Ann"], guarded, guarded.seat.shares[0]).allowed
    with pytest.raises(NotYet, match="Two guardians must help"):
        opens(world)
    type_share(world, "Ann")
    with pytest.raises(NotYet, match="One more guardian must help"):
        opens(world)
    type_share(world, "Cy")

    assert opens(world).startswith(TEXT)


def test_without_any_relay_the_floor_that_is_not_here_is_unreachable(world):
    for _ in range(3):
        world.days(29)
        alive.now(world.homes[WRITER], world.own)
    world.days(60)
    for name in GUARDIANS[1:]:
        type_share(world, name)
    _goes_away(world.homes[READER])

    with pytest.raises(Unreachable, match="can't be reached"):
        opens(world)


def test_a_wrong_word_is_named_and_a_false_share_does_no_harm(world):
    jun, row = world.homes[READER], world.letter()
    true = world.guarded("Ann").seat.shares[0].share.words
    with pytest.raises(Damaged, match="'qwertz'"):
        reader.take_share(jun, row, true.replace(true.split()[4], "qwertz", 1))
    with pytest.raises(Damaged, match="has 1 words"):
        reader.take_share(jun, row, "academic")
    with pytest.raises(Damaged, match="not for this letter"):
        reader.take_share(jun, row, split(bytes(32), 3, 3)[0])

    assert reader.take_share(jun, row, split(bytes(32), 2, 2)[0]) == 1
    assert reader.take_share(jun, row, " ".join(word[:4] for word in true.upper().split())) == 1
    assert reader.take_share(jun, row, true) == 1
    assert reader.take_share(jun, row, world.guarded("Bo").seat.shares[0].share.words) == 0

    gates = reader.Gates(jun, row, world.bond(READER, WRITER))
    assert gates.keys.seed_of(reader.guardians_of(row).recipient)
    assert gates.false == ("the typed share 1",)


def test_how_a_letter_stands_is_said_without_asking_a_relay(world):
    jun = world.homes[READER]
    _goes_away(jun)

    stands = standing.of(jun, world.letter(), world.bond(READER, WRITER))

    assert stands.missing == 2 and stands.guardians == GUARDIANS
    assert stands.sentences[0] == "Mei has not been silent for long enough."
    holds = standing.holds(jun, world.letter(), world.bond(READER, WRITER), writer=WRITER, reader_name=READER)
    assert str(holds.strength) == "guardians"


def release(made, name):
    home, guarded = made.homes[name], made.guarded(name)
    guardians.release(home, guarded, guardians.readers(home, guarded))


def type_share(made, name):
    (held,) = made.guarded(name).seat.shares
    return reader.take_share(made.homes[READER], made.letter(), held.share.words)


def _goes_away(home):
    """Let every relay be gone for this home: connections lead to a port at which nobody answers."""
    relay, watching = home.relay, home.watch_relay
    home.relay = lambda url: relay("http://127.0.0.1:9")
    home.watch_relay = lambda url: watching("http://127.0.0.1:9")
    home.vault.run("update chain set relay = 'http://127.0.0.1:9' where relay is not null")


def test_a_part_that_is_not_this_letters_is_told_and_the_other_way_stays(world):
    home, own = world.homes[WRITER], world.own
    foreign = silence(own.id, [world.bond(WRITER, READER).pendant.peer.letter]).parcel
    watch.relay(home, own).put_parcel(own.id, own.owned.owner, world.letter().id, foreign)
    world.until_asked()
    world.no_from("Ann", "Bo")
    world.days(8)
    world.settle()

    with pytest.raises(NotYet, match="the key of another letter"):
        opens(world)
    assert world.homes[READER].vault.one("select 1 from parcel") is None


def test_a_chain_that_has_ended_is_said_beside_what_is_missing(world):
    jun = world.homes[READER]
    jun.vault.run("update chain set retired = 1")

    with pytest.raises(NotYet, match=r"Two guardians must help\. The chain of .* has ended"):
        opens(world)


def test_a_liar_among_guardians_neither_stops_nor_opens_it(world):
    jun, ann = world.homes[READER], world.homes["Ann"]
    row = world.letter()
    gate = reader.guardians_of(row)
    false = ShareRelease(row.watch, 1, gate_hash(gate.recipient), split(bytes(32), 2, 2)[0])
    with ann.vault.transaction():
        journal.step_inside(ann, world.bond("Ann", READER), we.ShareReleased(false))
    world.settle()
    type_share(world, "Bo")

    with pytest.raises(
        NotYet, match=r"One of the shares that are here is false\. One more guardian must help"
    ):
        opens(world)
    assert type_share(world, "Cy") == 0
    assert jun.vault.one("select count(*) from typed") == (2,)


def test_an_answer_that_could_not_go_goes_with_the_next_command(world):
    world.until_asked()
    ann, unbroken = world.homes["Ann"], world.homes["Ann"].watch_relay
    ann.watch_relay = lambda url: unbroken("http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        guardians.answer(ann, world.guarded("Ann"), Answer.NO)
    ann.watch_relay = unbroken
    assert watch.look(world.homes[WRITER], world.own).votes == ()

    mail.catch_up(ann)

    assert len(watch.look(world.homes[WRITER], world.own).votes) == 1
    assert world.guarded("Ann").row.ballot is None
