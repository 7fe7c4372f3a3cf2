"""The vectors of watches and of silence, and the programs that make them."""

import json
from pathlib import Path

import pytest
from vectors import make_silence, make_watch

from twinbell.errors import Conflict, Damaged, Stale
from twinbell.wire import silence, watch
from twinbell.wire.life import Away, Life, Note
from twinbell.wire.limits import WATCH_TERMS_BYTES_MAX
from twinbell.wire.signed import Signed
from twinbell.wire.silence import Answer, Facts, Reminder, Rule, Stage, Told, Try, Vote
from twinbell.wire.terms import Terms, change, open_terms
from twinbell.wire.watch import Channels, Doorbell
from twinbell.wire.watchview import View

FOLDER = Path(make_watch.__file__).parent
MAKERS = {"watch": make_watch, "silence": make_silence}


def files(noun):
    return sorted((FOLDER / noun).glob("*.json"))


def of(noun, *kinds):
    """The vectors of these kinds, as arguments of a test."""
    found = [
        (path.stem, json.loads(path.read_text("utf-8")))
        for path in files(noun)
        if not kinds or path.stem.removeprefix("refused_").startswith(kinds)
    ]
    assert found
    return {"argvalues": [vector for _, vector in found], "ids": [name for name, _ in found]}


@pytest.mark.parametrize("noun", MAKERS)
def test_the_files_are_what_their_program_makes(noun):
    assert {path.name: path.read_text("utf-8") for path in files(noun)} == MAKERS[noun].build()


@pytest.mark.parametrize("path", files("watch"), ids=lambda path: path.stem)
def test_what_is_to_be_refused_says_so(path):
    vector = json.loads(path.read_text("utf-8"))

    assert path.stem.startswith("refused_") == ("refuses" in vector) == ("reason" in vector)
    assert path.stem.removeprefix("refused_").startswith(vector["kind"])


def raw(vector, name):
    return bytes.fromhex(vector[name])


@pytest.mark.parametrize("vector", **of("watch", "terms"))
def test_terms(vector):
    def opened():
        signed = Signed.parse(raw(vector, "signed"), bytes_max=WATCH_TERMS_BYTES_MAX)
        return open_terms(signed, raw(vector, "watch"))

    if "refuses" in vector:
        with pytest.raises(Damaged):
            opened()
        return
    terms = opened()
    signed = Signed.parse(raw(vector, "signed"), bytes_max=WATCH_TERMS_BYTES_MAX)
    assert (terms.to_bytes(), signed.to_bytes()) == (signed.record, raw(vector, "signed"))
    assert make_watch.says(terms) == vector["says"]


@pytest.mark.parametrize("vector", **of("watch", "change"))
def test_changes(vector):
    held, new = Terms.parse(raw(vector, "held")), Terms.parse(raw(vector, "new"))
    pending = Terms.parse(raw(vector, "pending")) if "pending" in vector else None
    stage = Stage(vector["stage"])

    if "refuses" not in vector:
        assert change(held, new, pending=pending, stage=stage).value == vector["when"]
        return
    with pytest.raises(Conflict) as caught:
        change(held, new, pending=pending, stage=stage)
    assert isinstance(caught.value, Stale) == (vector["refuses"] == "stale")
    assert getattr(caught.value, "newest", None) == vector.get("newest")


@pytest.mark.parametrize("vector", **of("watch", "life"))
def test_signs_of_life(vector):
    terms = Terms.parse(raw(vector, "terms"))

    if "refuses" in vector:
        with pytest.raises(Damaged):
            Life.parse(raw(vector, "body")).open_(terms)
        return
    body = Life.parse(raw(vector, "body"))
    life = body.open_(terms)
    assert body.to_bytes() == raw(vector, "body")
    names = ("n", "from_s", "until_s") if isinstance(life, Away) else ("epoch", "n", "day")
    kind = "watch-away" if isinstance(life, Away) else "watch-alive"
    assert {"type": kind, **{name: getattr(life, name) for name in names}} == vector["says"]


@pytest.mark.parametrize("vector", **of("watch", "vote"))
def test_votes(vector):
    terms = Terms.parse(raw(vector, "terms"))

    if "refuses" in vector:
        with pytest.raises(Damaged):
            watch.open_vote(watch.vote_of(raw(vector, "body")), terms)
        return
    ballot = watch.open_vote(watch.vote_of(raw(vector, "body")), terms)
    said = {"answer": ballot.answer.value, "seat": ballot.seat.hex(), "n": ballot.n}
    assert said == vector["says"]


@pytest.mark.parametrize("vector", **of("watch", "note"))
def test_notes(vector):
    if "refuses" in vector:
        with pytest.raises(Damaged):
            Note.open_(raw(vector, "seed"), raw(vector, "sealed"), raw(vector, "watch"))
        return
    note = Note.open_(raw(vector, "seed"), raw(vector, "sealed"), raw(vector, "watch"))
    assert {"duress": note.duress, "day": note.day} == vector["says"]


@pytest.mark.parametrize("vector", **of("watch", "channels", "doorbell", "view"))
def test_bodies(vector):
    if "refuses" in vector:
        with pytest.raises(Damaged):
            again(vector["kind"], raw(vector, "body"))
        return
    assert again(vector["kind"], raw(vector, "body")) == (raw(vector, "body"), vector["says"])


def again(kind, data):
    """Return a body once more, and what it says."""
    if kind == "view":
        view = View.parse(data)
        return view.to_bytes(), {"part": view.part, "stage": view.stage, "called": view.called}
    if kind == "channels":
        channels = Channels.parse(data)
        return channels.to_bytes(), [channel.name for channel in channels.channels]
    doorbell = Doorbell.parse(data)
    return doorbell.to_bytes(), doorbell.box.hex()


def test_the_envelope_of_a_doorbell():
    vector = of("watch", "envelope")["argvalues"][0]

    assert watch.doorbell(raw(vector, "watch")) == raw(vector, "body")
    assert watch.rung(raw(vector, "body"), [raw(vector, "watch")]) == raw(vector, "watch")


@pytest.mark.parametrize("vector", **of("silence"))
def test_silence(vector):
    numbers = dict(vector["rule"], guardians=tuple(map(bytes.fromhex, vector["rule"]["guardians"])))
    rule, given = Rule(**numbers), vector["facts"]
    facts = Facts(
        start=given["start"],
        accepted=tuple(Reminder(*each) for each in given["accepted"]),
        votes=tuple(Vote(bytes.fromhex(seat), Answer(said), at) for seat, said, at in given["votes"]),
        returned=given["returned"],
        stopped=given["stopped"],
    )
    tries = [Try(*each) for each in vector["tries"]]
    told = [Told(bytes.fromhex(seat), at) for seat, at in vector["told"]]
    marks = silence.marks(rule, facts)

    assert {name: getattr(marks, name) for name in ("late", "asking", "veto", "silent")} == vector["marks"]
    for row in vector["at"]:
        now = row["now"]
        assert silence.stage(rule, facts, now).value == row["stage"]
        assert [seat.hex() for seat in silence.asked(rule, facts, now)] == row["asked"]
        assert [*silence.reminders_due(rule, facts, tries, now)] == row["reminders"]
        assert [seat.hex() for seat in silence.questions_due(rule, facts, told, now)] == row["questions"]
        assert silence.due(rule, facts, now, tries=tries, told=told) == row["due"]
