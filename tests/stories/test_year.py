"""A year of a last letter, with real processes on a machine whose time is moved: nobody waits for a day.

Mei leaves two letters for Jun; of her guardians Ann, Bo and Cy two are needed. She is away for a while, the
relay is off for ten days, Ann loses her phone, Mei comes back when her guardians are asked already. Then she
is silent. One letter opens because of that; the other one once the relay has gone for good, by the day in it.
"""

import shutil

import pytest
from tests.relay.push_service import Browser, push_service
from tests.stories import strangers
from tests.stories.people import Person, at_home, joined
from torture.clockjump import NoCompiler
from torture.machine import DAY_S, Machine, MovedRelay, environment

from twinbell.client import bonds, channels, watch
from twinbell.wire.watch import AppriseChannel, Channels, PushChannel

NOON_S = 1_800_014_400  # 2027-01-15, noon
GUARDIANS = ("Ann", "Bo", "Cy")
EVERYBODY = ("Mei", "Jun", *GUARDIANS)
PIANO = "The key to the piano is behind the clock."
GARDEN = "Prune the roses in March."
NOT_YET, UNREACHABLE, REFUSED = 3, 4, 7


class Year:
    """Everybody's homes, the relay between them, and what reached Mei's services."""

    def __init__(self, folder, preload, service):
        self.folder, self.service = folder, service
        self.clock = Machine(folder / "time")
        self.clock.set_wall(NOON_S)
        preload = preload | {"CLOCKSHIM": str(self.clock.file)}
        host = service.origin.partition("://")[2]
        self.addresses = {way: f"json://{host}/{way}" for way in ("desk", "mail")}
        settings = {"remind": ["json"], "remind_private": True, "push_services": [service.origin]}
        self.relay = MovedRelay(folder / "data", self.clock, preload, settings | {"beacon_period": 3600})
        self.people = {name: Person(name, folder / name.lower(), preload) for name in EVERYBODY}

    def __getitem__(self, name):
        return self.people[name]

    @property
    def guardians(self):
        return [self.people[name] for name in GUARDIANS]

    def days(self, number):
        """Let days pass; in the end everybody but Mei looks, as people do."""
        self.relay.lives(number * DAY_S)
        for person in (self["Jun"], *self.guardians):
            person.hears(0.1)

    def reminded(self):
        return len(self.service.knocks)


@pytest.fixture
def year(tmp_path):
    try:
        preload = environment(tmp_path, tmp_path / "time")
    except NoCompiler:
        pytest.skip("there is no C compiler for the library that moves the time of a process")
    with push_service() as service:
        made = Year(tmp_path, preload, service)
        made.relay.start()
        yield made
        made.relay.stop()


def guards(person, *, rehearsal=False):
    (found,) = [
        each for each in person.types("guardian", "list")["guardians"] if each["rehearsal"] is rehearsal
    ]
    return found


def letters_of(person):
    return {each["letter"]: each["state"] for each in person.types("letter", "list")["letters"]}


def everybody_meets(year):
    mei, jun = year["Mei"], year["Jun"]
    joined(year.relay, mei, jun)
    for person in year.guardians:
        joined(year.relay, mei, person, "--guardian")
        joined(year.relay, jun, person, "--guardian")
        mei.types("bond", "verify", person.name, "--yes")
    mei.types("bond", "verify", "Jun", "--yes")


def begins_a_watch(year):
    mei = year["Mei"]
    asked = [word for name in GUARDIANS for word in ("--guardian", name)]
    mei.types("watch", "set", "Jun", *asked, "--need", "2", "--zone", "UTC")
    for person in year.guardians:
        person.types("guardian", "consent", "Mei", "yes")
    for way, address in year.addresses.items():
        assert mei.types("watch", "channel", "add", way, address)["accepted"]
    shown = mei.types("watch", "show")
    assert [each["state"] for each in shown["guardians"]] == ["agreed"] * 3
    assert not shown["armed"] and mei.tries("watch", "arm", "--json").code == REFUSED


def rehearses(year):
    """Play it once with everybody, in seconds in place of days; return the letter of the rehearsal."""
    mei, jun, relay = year["Mei"], year["Jun"], year.relay
    assert mei.types("rehearse", "--with", "Jun")["state"] == "asked"
    for person in year.guardians:
        person.types("guardian", "consent", "Mei", "yes", "--rehearsal")
    assert mei.types("rehearse", "--with", "Jun")["state"] == "silent"
    (letter,) = letters_of(jun)
    for _ in range(8):
        relay.lives(6)
    for person in year.guardians[:2]:
        assert guards(person, rehearsal=True)["asked"]
        person.types("guardian", "answer", "Mei", "no", "--rehearsal")
    for _ in range(8):
        relay.lives(6)
    for person in year.guardians[:2]:
        person.types("guardian", "release", "Mei", "--yes", "--rehearsal")
    assert jun.types("letter", "open", letter)["text"].startswith("This is a rehearsal.")
    assert mei.types("rehearse", "--with", "Jun")["state"] == "done"
    return letter


def arms(year):
    """Arm the watch, and have the phone woken as well: a browser would tell the relay how."""
    assert year["Mei"].types("watch", "arm", "Jun")["holds"] == "at once"
    with at_home(year["Mei"], year.clock) as home:
        own = watch.of(home, bonds.find(home.vault, "Jun"))
        ways = [AppriseChannel(each.name, each.url) for each in channels.every(home, own)]
        phone = PushChannel("phone", Browser.subscribe(year.service, "phone").subscription)
        watch.relay(home, own).put_channels(own.id, own.owned.owner, Channels((*ways, phone)))


def writes(year, text):
    return year["Mei"].types("letter", "write", "-", "--bond", "Jun", "--last", stdin=text)["letter"]


def test_a_year_of_a_last_letter(year):
    mei, jun, (ann, bo, cy) = year["Mei"], year["Jun"], year.guardians
    everybody_meets(year)
    begins_a_watch(year)
    rehearsal = rehearses(year)
    arms(year)
    armed_s = year.clock.wall_s()
    piano, garden = writes(year, PIANO), writes(year, GARDEN)
    assert [len(guards(person)["shares"]) for person in year.guardians] == [1, 1, 1]
    assert letters_of(jun) == {rehearsal: "opened", piano: "waiting", garden: "waiting"}

    # February: a ring is a sign of life. Then Mei is away for two months, and only her guardians are told.
    year.relay.lives(20 * DAY_S)
    mei.types("ring")
    assert mei.types("watch", "show")["counted"] < 60
    mei.types("watch", "away", "in 2 months")
    calm = year.reminded()
    year.days(55)
    assert guards(bo)["away"] is not None and guards(bo)["stage"] == "kept"
    mei.types("watch", "away", "--back")
    year.days(8)
    assert guards(bo)["away"] is None

    # April: for ten days there is no relay. They count for nobody, and the watch says so.
    year.relay.lives(4 * DAY_S)
    year.relay.stop()
    year.clock.pass_(10 * DAY_S)
    year.relay.start().lives(60)
    told = " ".join(mei.tries("watch", "show").out.split())
    assert "Counted 12 of 30 days" in told and "10 days did not count because the relay was down" in told
    assert year.reminded() == calm

    # Ann's phone is lost. Paper brings her seat and her share back.
    pages = [ann.types("kit", "show", other)["page"] for other in ("Mei", "Jun")]
    shutil.rmtree(ann.home)
    for number, page in enumerate(pages):
        paper = year.folder / f"kit{number}.txt"
        paper.write_text("\n".join(page) + "\n")
        ann.types("kit", "restore", str(paper), "--no-passphrase")
    for person in (mei, jun, ann, mei, ann):
        person.hears()
    assert len(guards(ann)["shares"]) == 1

    # June: Mei is silent for too long. Her guardians are asked, one says no; then she is back.
    mei.types("alive")
    year.days(38)
    assert year.reminded() > calm
    assert {knock.path for knock in year.service.knocks} >= {"/desk", "/mail", "/push/phone"}
    assert guards(ann)["asked"] and guards(bo)["asked"] and not guards(cy)["asked"]
    ann.types("guardian", "answer", "Mei", "no")
    mei.types("ring")
    assert guards(ann)["stage"] == "kept" and not guards(bo)["asked"]
    assert ann.tries("guardian", "release", "Mei", "--yes", "--json").code == REFUSED
    assert jun.tries("letter", "open", piano, "--json").code == NOT_YET

    # July: she is silent, and stays so. Two have not heard from her; a week later Jun is told.
    year.days(38)
    for person in (ann, bo):
        assert guards(person)["asked"]
        assert person.types("guardian", "answer", "Mei", "no")["status"] == "sent"
    year.relay.lives(6 * DAY_S)
    assert letters_of(jun)[piano] == "waiting"
    assert jun.tries("letter", "open", piano, "--json").code == NOT_YET
    year.relay.lives(1.1 * DAY_S)
    assert "silent" in [event["event"] for event in jun.hears()]
    assert letters_of(jun) == {rehearsal: "opened", piano: "ready", garden: "ready"}

    # Jun chooses to read one of them. Ann gives her share; Bo reads his to Jun over the phone.
    assert "Two guardians must help" in jun.tries("letter", "open", piano, "--json").err
    ann.types("guardian", "release", "Mei", "--yes")
    assert "One more guardian must help" in jun.tries("letter", "open", piano, "--json").err
    words = {
        person.name: person.types("guardian", "print", "Mei")["shares"][0]["words"] for person in (ann, bo)
    }
    opened = jun.types("letter", "open", piano, "--shares", stdin=words["Bo"] + "\n")
    assert opened["text"].startswith(PIANO) and opened["signature"] == "good"
    if strangers.are_here():
        text = strangers.opened(jun, piano, list(words.values()), year.folder / "by hand")
        assert text.startswith(PIANO)

    # A year after she armed it Cy notes the round of that day. Then the relay is gone for good, and the other
    # letter opens without it.
    year.days((armed_s + 366 * DAY_S - year.clock.wall_s()) / DAY_S)
    (when,) = jun.types("letter", "show", garden)["rounds"]
    noted = year.folder / "round.json"
    noted.write_text(cy.tries("beacon", "round", str(when["round"]), "--chain", when["chain"]).out)
    year.relay.stop()
    assert jun.tries("letter", "open", garden, "--json").code == UNREACHABLE
    jun.types("beacon", "import", str(noted))
    opened = jun.types("letter", "open", garden)
    assert opened["text"].startswith(GARDEN) and opened["signature"] == "good"
    assert set(letters_of(jun).values()) == {"opened"}
