"""`twinbell rehearse`, and how a rehearsal shows everywhere else, as people read it."""

import json

import pytest
from tests.client.circle import GUARDIANS, READER, WRITER
from tests.client.playing import begins, passes, reads, ready, release, say_no, take_part, until_silent

from twinbell.cli import main

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def world(tmp_path):
    with ready(tmp_path) as made:
        yield made


@pytest.fixture
def types(world, capsys, monkeypatch):
    """Return how somebody types a command, at the hour of this world: its exit code, output, and notes."""
    monkeypatch.setattr("twinbell.client.home.SystemClock", lambda: world.relay.clock)

    def run(who, *words):
        code = main([*words, "--home", str(world.homes[who].path)])
        said = capsys.readouterr()
        return code, " ".join(said.out.split()), " ".join(said.err.split())

    return run


def facts_of(types, who, *words):
    code, out, err = types(who, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def test_it_tells_each_thing_that_has_happened_and_who_is_waited_for(world, types):
    code, said, _ = types(WRITER, "rehearse", "--with", READER)
    assert code == 0
    assert said == (
        "Ann, Bo and Cy were asked to take part in a rehearsal. Ann, Bo and Cy have still to say whether "
        "they take part: `twinbell guardian consent Mei yes --rehearsal`."
    )
    world.settle()
    assert "`twinbell guardian show Mei --rehearsal`" in types("Ann", "guardian", "show")[1]
    take_part(world, *GUARDIANS)
    assert "--rehearsal" not in types("Ann", "guardian", "show")[1]
    facts = facts_of(types, WRITER, "rehearse")
    assert (facts["state"], facts["stage"], facts["need"]) == ("silent", "kept", 2)
    assert facts["guardians"] == [{"name": name, "part": "takes-part"} for name in GUARDIANS]
    world.settle()
    passes(world, 40)
    _, said, _ = types(WRITER, "rehearse")
    assert said.endswith(
        "Ann, Bo and Cy have still to say that they have not heard from you: "
        "`twinbell guardian answer Mei no --rehearsal`."
    )
    say_no(world, "Ann", "Bo")
    passes(world, 25)
    release(world, "Ann")
    _, said, _ = types(WRITER, "rehearse")
    assert "Ann has given their share to Jun. 1 of Bo and Cy must give their share to Jun" in said
    release(world, "Bo")
    assert types(WRITER, "rehearse")[1].endswith("Jun has still to open the letter: `twinbell letter list`.")
    reads(world)
    shown = types(READER, "letter", "show", world.letter().name)[1]
    assert "You have opened it." in shown and "You may choose when" not in shown
    assert "The rehearsal is done. The next one is due on" in types(WRITER, "rehearse")[1]
    assert "`twinbell rehearse --anew` rehearses now" in types(WRITER, "rehearse")[1]
    assert facts_of(types, WRITER, "rehearse")["state"] == "done"


def test_it_is_said_wherever_it_could_be_taken_for_earnest(world, types):
    until_silent(world)

    _, lines, _ = types("Ann", "guardian", "list", "--offline")
    assert "rehearsal, you hold 1 share" in lines
    assert types("Ann", "guardian", "show", "--rehearsal", "--offline")[1].startswith("Rehearsal. ")
    assert "of a rehearsal" in types(READER, "letter", "list", "--offline")[1]
    assert "of a rehearsal" in types(WRITER, "letter", "list", "--offline")[1]
    assert "It is the letter of a rehearsal" in types(WRITER, "letter", "show", world.letter().name)[1]
    for who in ("Ann", READER):
        _, told, _ = types(who, "listen", "--for", "0", "--json")
        events = [json.loads(line) for line in told.replace("} {", "}\n{").splitlines()]
        kinds = {each["event"]: each.get("rehearsal") for each in events}
        assert kinds and all(kinds.values()), kinds


def test_show_and_doctor_say_how_it_stands(world, types):
    _, shown, _ = types(WRITER, "watch", "show")
    assert "not armed: nothing would be opened. Nobody has rehearsed it yet: `twinbell rehearse`." in shown
    begins(world)
    assert "A rehearsal goes on. Ann, Bo and Cy have still to say" in types(WRITER, "watch", "show")[1]

    verdicts = {each["subject"]: each["verdict"] for each in facts_of(types, WRITER, "doctor")["findings"]}

    assert verdicts["watch"] == verdicts["rehearsal"] == "note"
    assert verdicts["reminders"] == "good"


def test_only_what_makes_sense_is_taken(types):
    assert types(WRITER, "rehearse", "--for", "-1")[0] == 2
    assert types(WRITER, "rehearse", "--over")[0] == 8
    assert types("Ann", "rehearse")[0] in (2, 8)  # two bonds, and no watch in either
