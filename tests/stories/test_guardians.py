"""Three guardians, two of whom are needed: from the bell to the letter, in seconds, with real processes.

The watch is of the kind that a rehearsal has: a second stands for a day. Nobody's clock is touched. Each
command that matters most is killed once at its most dangerous line; the next one makes it good.
"""

import pytest
from tests.relay.push_service import push_service
from tests.stories import strangers
from tests.stories.people import Person, Relay, at_home, eventually, joined
from tests.stories.test_crash import dies

from twinbell.bond.fate import Fate
from twinbell.bond.gate import KeptChain
from twinbell.client import arming, bonds, chains, channels, last, mail, watch, wish

GUARDIANS = ("Ann", "Bo", "Cy")
TEXT = "The key to the piano is behind the clock."
NOT_YET, REFUSED = 3, 7


@pytest.fixture(scope="module")
def reminded():
    with push_service() as service:
        yield service.origin.partition("://")[2]


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    settings = ("--remind", "json", "--remind-private", "--strangers-per-minute", "10000")
    relay = Relay(tmp_path_factory.mktemp("relay") / "data", settings=settings).start()
    yield relay
    relay.stop()


@pytest.fixture
def everybody(relay, mei, jun, tmp_path):
    """A pair, and three guardians who have a bond with each of them."""
    joined(relay, mei, jun)
    people = {name: Person(name, tmp_path / name.lower()) for name in GUARDIANS}
    for person in people.values():
        joined(relay, mei, person, "--guardian")
        joined(relay, jun, person, "--guardian")
        mei.types("bond", "verify", person.name, "--yes")
    mei.types("bond", "verify", "Jun", "--yes")
    return people


def begins_a_watch(mei):
    with at_home(mei) as home:
        bond = bonds.find(home.vault, "Jun")
        own = watch.create(home, bond, zone="UTC", k=2, every=12, grace=3, veto=2, unit_s=1, rehearsal=True)
        for name in GUARDIANS:
            watch.invite(home, own, bonds.find(home.vault, name))
        mail.send(home)


def arms_and_writes(mei, reminded):
    with at_home(mei) as home:
        mail.catch_up(home)
        (own,) = watch.every(home, rehearsals=True)
        for way in ("desk", "phone"):
            channels.add(home, own, way, f"json://{reminded}/{way}")
        watch.gather(home, own)
        arming.arm_now(home, watch.again(home, own))
        kept = [KeptChain(each.chain, each.keeper) for each in chains.known(home.vault) if each.relay]
        floor = wish.parse("in 1 year", now_s=home.now_s, zone="UTC")
        own = watch.again(home, own)
        last.write(home, own, floor=floor, kept=kept, fate=Fate(), subject="The piano", text=TEXT)
        left = mail.send(home)
        assert not left.reason, left.reason


def guards(person):
    (found,) = person.types("guardian", "list")["guardians"]
    return found


def test_three_guardians_two_of_whom_open_a_letter(everybody, mei, jun, reminded, tmp_path):
    begins_a_watch(mei)
    for person in everybody.values():
        assert guards(person)["consented"] is None
        person.types("guardian", "consent", "Mei", "yes")
    arms_and_writes(mei, reminded)
    for person in everybody.values():
        assert len(guards(person)["shares"]) == 1
        assert person.tries("guardian", "release", "--yes", "--json").code == REFUSED
    (letter,) = jun.types("letter", "list")["letters"]
    assert letter["state"] == "waiting" and letter["opens"] is None
    assert "letter" in [event["event"] for event in jun.hears()]
    too_early = jun.tries("letter", "open", letter["letter"], "--json")
    assert too_early.code == NOT_YET
    assert "has not been silent for long enough" in too_early.err

    ann, bo, cy = everybody.values()
    with bo.leaves_running("listen", "--json") as listening:
        assert listening.says_event("asked")["rehearsal"] is True
    eventually(lambda: guards(ann)["asked"] and guards(bo)["asked"])
    dies(ann, "watch: answer saved", "guardian", "answer", "Mei", "no")
    dies(bo, "watch: answered", "guardian", "answer", "Mei", "no")
    assert guards(ann)["answer"] == guards(bo)["answer"] == "no"

    dies(jun, "watch: looked", "letter", "list")
    eventually(lambda: jun.types("letter", "list")["letters"][0]["state"] == "ready")
    assert "silent" in [event["event"] for event in jun.hears()]
    dies(jun, "watch: parcel kept", "letter", "open", letter["letter"])
    waits = jun.tries("letter", "open", letter["letter"], "--json")
    assert waits.code == NOT_YET and "Two guardians must help" in waits.err

    guards(ann), guards(bo)
    dies(ann, "watch: share released", "guardian", "release", "Mei", "--yes", "--even-so")
    assert guards(ann)["released"]
    one = jun.tries("letter", "open", letter["letter"], "--json")
    assert one.code == NOT_YET and "One more guardian must help" in one.err

    words = bo.types("guardian", "print", "Mei")["shares"][0]["words"]
    wrong = jun.tries("letter", "open", letter["letter"], "--shares", "--json", stdin=f"{words} zzzz\n")
    assert wrong.code == 6 and "'zzzz'" in wrong.err
    done = jun.types("letter", "open", letter["letter"], "--shares", stdin=f"{words}\n")
    assert done["text"].startswith(TEXT)
    assert jun.types("letter", "list")["letters"][0]["state"] == "opened"
    assert "rehearsed" in [event["event"] for event in mei.hears()]
    assert "guardian-rehearsed" not in [event["event"] for event in mei.hears()]  # it was told with the other

    cy.types("guardian", "leave", "Mei", "--yes")
    assert cy.types("guardian", "list") == {"guardians": []}
    assert cy.tries("guardian", "print", "Mei", "--json").code == 8

    if strangers.are_here():
        shares = [person.types("guardian", "print", "Mei")["shares"][0]["words"] for person in (ann, bo)]
        assert strangers.opened(jun, letter["letter"], shares, tmp_path / "by hand").startswith(TEXT)


def test_who_answers_a_guardians_bell_is_told_before(relay, mei, jun):
    with mei.leaves_running(
        "bell", "give", "--guardian", "--relay", relay.url, "--name", "Mei", "--no-passphrase", "--json"
    ) as giving:
        code = giving.says()["spoken"]
        assert code.partition("@")[0].endswith("-guardian")

        refused = jun.tries("bell", "answer", code, "--name", "Jun", "--no-passphrase", "--json")
        assert refused.code == 2 and "guardian" in refused.err
        assert not jun.home.exists()
        jun.types("bell", "answer", code, "--name", "Jun", "--no-passphrase", "--guardian")
        assert giving.ends().code == 0

    (bond,) = jun.types("bond", "list")["bonds"]
    assert bond["kind"] == mei.types("bond", "show")["kind"] == "guardian"
