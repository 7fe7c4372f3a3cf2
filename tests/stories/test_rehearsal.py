"""A watch is set up, rehearsed and armed by commands alone, with real processes and a minute of silence."""

import pytest
from tests.relay.push_service import push_service
from tests.stories.people import Person, Relay, eventually, joined

GUARDIANS = ("Ann", "Bo")
NOT_YET, REFUSED = 3, 7


@pytest.fixture
def reminded():
    with push_service() as service:
        yield service


@pytest.fixture
def relay(tmp_path):
    settings = ("--remind", "json", "--remind-private", "--strangers-per-minute", "10000")
    relay = Relay(tmp_path / "relay", settings=settings).start()
    yield relay
    relay.stop()


@pytest.fixture
def guardians(relay, mei, jun, tmp_path):
    joined(relay, mei, jun)
    people = [Person(name, tmp_path / name.lower()) for name in GUARDIANS]
    for person in people:
        joined(relay, mei, person, "--guardian")
        joined(relay, jun, person, "--guardian")
        mei.types("bond", "verify", person.name, "--yes")
    mei.types("bond", "verify", "Jun", "--yes")
    return people


def test_nothing_is_armed_that_was_not_rehearsed(guardians, mei, jun, reminded):
    mei.types("watch", "set", "Jun", "--guardian", "Ann", "--guardian", "Bo", "--zone", "UTC")
    too_early = mei.tries("rehearse", "--with", "Jun")
    assert too_early.code == REFUSED and "No guardians of 2 that you need have agreed." in too_early.err
    for person in guardians:
        person.types("guardian", "consent", "Mei", "yes")
    address = reminded.origin.partition("://")[2]
    for way in ("desk", "phone"):
        assert mei.types("watch", "channel", "add", way, f"json://{address}/{way}")["accepted"]
    unarmed = mei.tries("watch", "arm", "Jun")
    assert unarmed.code == REFUSED and "Nobody has rehearsed it yet: `twinbell rehearse`." in unarmed.err

    begun = mei.tries("rehearse", "--with", "Jun")
    assert begun.code == 0
    assert "Ann and Bo were asked to take part in a rehearsal." in begun.out
    for person in guardians:
        person.types("guardian", "consent", "Mei", "yes", "--rehearsal")
    assert mei.types("rehearse", "--with", "Jun")["state"] == "silent"
    assert "A rehearsal goes on. Reminders are on their way" in said(mei.tries("watch", "show", "Jun"))
    (letter,) = eventually(lambda: jun.types("letter", "list")["letters"])
    assert "of a rehearsal" in jun.tries("letter", "list").out
    assert jun.tries("letter", "open", letter["letter"]).code == NOT_YET

    eventually(lambda: all(asked(person) for person in guardians))
    assert len(reminded.knocks) == 2 + 6  # the tests, and three on each way
    for person in guardians:
        assert any(event["event"] == "asked" and event["rehearsal"] for event in person.hears())
        person.types("guardian", "answer", "Mei", "no", "--rehearsal")
    eventually(lambda: mei.types("rehearse", "--with", "Jun")["stage"] == "silent")
    for person in guardians:
        person.types("guardian", "release", "Mei", "--yes", "--rehearsal")
    assert jun.types("letter", "open", letter["letter"])["text"].startswith(
        "This is a rehearsal. Mei is well"
    )

    done = mei.tries("rehearse", "--with", "Jun")
    assert done.code == 0
    assert "Jun has opened the letter of the rehearsal." in done.out
    assert "The rehearsal is done. The next one is due on " in done.out
    assert mei.types("rehearse", "--with", "Jun")["state"] == "done"
    assert mei.types("watch", "arm", "Jun")["holds"] == "at once"
    findings = mei.types("doctor")["findings"]
    assert {"subject": "watch", "verdict": "good", "sentence": "Your watch for Jun is armed."} in findings
    assert [each["verdict"] for each in findings if each["subject"] == "rehearsal"] == ["good"]


def asked(person):
    return any(each["asked"] for each in person.types("guardian", "list")["guardians"])


def said(answer):
    return " ".join(answer.out.split())


def test_a_rehearsal_can_be_broken_off(guardians, mei, reminded):
    mei.types("watch", "set", "Jun", "--guardian", "Ann", "--guardian", "Bo", "--zone", "UTC")
    for person in guardians:
        person.types("guardian", "consent", "Mei", "yes")
    address = reminded.origin.partition("://")[2]
    for way in ("desk", "phone"):
        mei.types("watch", "channel", "add", way, f"json://{address}/{way}")
    with mei.leaves_running("rehearse", "--with", "Jun", "--for", "1000") as looking:
        assert looking.process.stdout.readline().startswith("Ann and Bo were asked")
        assert looking.interrupted().code == 130

    ended = mei.tries("rehearse", "--with", "Jun", "--over")

    assert ended.code == 0 and ended.out == (
        "The rehearsal is over. Your guardians are told, and your watch is as it was.\n"
    )
    assert [event["event"] for event in guardians[0].hears()].count("guardian-gone") == 1
    assert mei.types("watch", "show", "Jun")["rehearsal"] is None
    assert mei.tries("rehearse", "--with", "Jun", "--over", "--json").code == 8
