"""When a person counts as silent: tables for what is plain, laws for what must never be otherwise."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.wire import silence
from twinbell.wire.silence import Answer, Facts, Reminder, Rule, Stage, Told, Try, Vote, marks, stage

DAY = 86_400
GUARDIANS = (b"a", b"b", b"c")
RULE = Rule(
    unit_s=DAY, every_s=30 * DAY, grace_s=7 * DAY, veto_s=7 * DAY, k=2, guardians=GUARDIANS, armed=True
)
LATE = 30 * DAY
ASKING = 37 * DAY


def happened(start, accepted=(), votes=()):
    return Facts(start=start, accepted=accepted, votes=votes)


CALLED = tuple(Reminder(*each) for each in [("mail", LATE), ("push", LATE + DAY), ("mail", LATE + 2 * DAY)])
SILENT_FACTS = happened(0, CALLED, (Vote(b"a", Answer.NO, ASKING), Vote(b"c", Answer.NO, ASKING + DAY)))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (0, Stage.KEPT),
        (LATE - 1, Stage.KEPT),
        (LATE, Stage.LATE),
        (ASKING - 1, Stage.LATE),
        (ASKING, Stage.ASKING),
        (ASKING + DAY - 1, Stage.ASKING),
        (ASKING + DAY, Stage.VETO),
        (ASKING + 8 * DAY - 1, Stage.VETO),
        (ASKING + 8 * DAY, Stage.SILENT),
        (2**50, Stage.SILENT),
    ],
)
def test_a_silence_takes_its_course(now, expected):
    assert stage(RULE, SILENT_FACTS, now) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (happened(0), Stage.LATE),
        (happened(0, CALLED), Stage.ASKING),
        (happened(0, CALLED[:2]), Stage.LATE),
        (happened(0, CALLED, (Vote(b"a", Answer.NO, ASKING),)), Stage.ASKING),
        (replace(SILENT_FACTS, accepted=()), Stage.LATE),
        (replace(SILENT_FACTS, start=1000 * DAY), Stage.KEPT),
        (replace(SILENT_FACTS, returned=True), Stage.RETURNED),
        (replace(SILENT_FACTS, stopped=True), Stage.STOPPED),
        (replace(SILENT_FACTS, stopped=True, returned=True), Stage.STOPPED),
        (happened(0, CALLED, tuple(Vote(b"a", Answer.NO, ASKING + n) for n in (0,))), Stage.ASKING),
        (happened(0, CALLED, (Vote(b"a", Answer.NO, ASKING), Vote(b"x", Answer.NO, ASKING))), Stage.ASKING),
        (
            happened(0, CALLED, (Vote(b"a", Answer.NO, ASKING - 1), Vote(b"c", Answer.NO, ASKING))),
            Stage.ASKING,
        ),
        (
            happened(0, CALLED, (Vote(b"a", Answer.UNKNOWN, ASKING), Vote(b"c", Answer.NO, ASKING))),
            Stage.ASKING,
        ),
    ],
)
def test_after_a_hundred_days(facts, expected):
    assert stage(RULE, facts, 100 * DAY) is expected


def test_a_watch_that_is_not_armed_is_late_and_never_more():
    rule = replace(RULE, armed=False)

    assert stage(rule, SILENT_FACTS, 2**50) is Stage.LATE
    assert silence.reminders_due(rule, SILENT_FACTS, [Try("mail")], 2**50) == ()
    assert silence.due(rule, SILENT_FACTS, LATE, tries=[Try("mail")]) is None


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ([], None),
        ([("mail", 0), ("mail", DAY), ("mail", 2 * DAY)], None),
        ([("mail", 0), ("mail", DAY), ("push", 2 * DAY)], 2 * DAY),
        ([("push", 2 * DAY), ("mail", DAY), ("mail", 0)], 2 * DAY),
        ([("mail", 0), ("push", 0), ("mail", DAY), ("mail", 2 * DAY)], 2 * DAY),
        ([("mail", 0), ("mail", DAY), ("mail", 2 * DAY), ("push", 2 * DAY)], 2 * DAY),
        ([("mail", 0), ("mail", DAY), ("push", 2 * DAY - 1), ("mail", 2 * DAY)], None),
        ([("mail", 0), ("push", DAY // 2), ("mail", DAY), ("mail", 2 * DAY)], None),
        ([("mail", 0), ("push", DAY // 2), ("mail", DAY), ("mail", 2 * DAY), ("mail", 3 * DAY)], 3 * DAY),
        ([("mail", -1), ("push", DAY), ("mail", 2 * DAY)], None),
        ([("mail", n * DAY) for n in range(9)] + [("push", 9 * DAY)], 9 * DAY),
    ],
)
def test_when_a_person_has_been_called_often_enough(heard, expected):
    assert silence.called_at(RULE, [Reminder(*each) for each in heard], 0) == expected


@pytest.mark.parametrize(
    ("after", "votes", "expected"),
    [
        (-1, (), b""),
        (0, (), b"ab"),
        (2 * DAY - 1, (), b"ab"),
        (2 * DAY, (), b"abc"),
        (0, (Vote(b"a", Answer.UNKNOWN, ASKING),), b"abc"),
        (0, (Vote(b"a", Answer.UNKNOWN, ASKING - 1),), b"ab"),
        (0, (Vote(b"x", Answer.UNKNOWN, ASKING),), b"ab"),
        (DAY, SILENT_FACTS.votes, b"ab"),
        (8 * DAY, SILENT_FACTS.votes, b""),
    ],
)
def test_guardians_are_asked_in_turn(after, votes, expected):
    assert b"".join(silence.asked(RULE, happened(0, CALLED, votes), ASKING + after)) == expected


@pytest.mark.parametrize(
    ("tries", "now", "expected"),
    [
        ([Try("push"), Try("mail")], LATE - 1, ""),
        ([Try("push"), Try("mail")], LATE, "push mail"),
        ([Try("push", LATE - 1)], LATE, "push"),
        ([Try("push", LATE)], LATE + DAY // 4 - 1, ""),
        ([Try("push", LATE)], LATE + DAY // 4, "push"),
        ([Try("mail", LATE)], LATE + DAY - 1, ""),
        ([Try("mail", LATE), Try("push", LATE)], LATE + DAY, "push mail"),
        ([Try("mail", LATE + DAY)], LATE + DAY + DAY // 4, "mail"),
    ],
)
def test_each_channel_is_tried_once_a_unit_and_sooner_where_it_refused(tries, now, expected):
    facts = happened(0, (Reminder("mail", LATE),))

    assert " ".join(silence.reminders_due(RULE, facts, tries, now)) == expected


def test_a_guardian_who_has_not_answered_is_told_again():
    facts, told = (
        happened(0, CALLED, (Vote(b"b", Answer.NO, ASKING),)),
        [Told(b"a", ASKING), Told(b"c", LATE)],
    )

    def questions(now):
        return b"".join(silence.questions_due(RULE, facts, told, now))

    assert questions(ASKING + 2 * DAY - 1) == b""
    assert questions(ASKING + 2 * DAY) == b"c"  # who was told in another silence was not told in this one
    assert questions(ASKING + 3 * DAY) == b"ac"


def test_a_no_that_is_said_again_does_not_put_off_the_end():
    again, other = Vote(b"c", Answer.NO, ASKING + 5 * DAY), Vote(b"c", Answer.UNKNOWN, ASKING + 5 * DAY)

    assert silence.counted(RULE, SILENT_FACTS, again) == SILENT_FACTS.votes[1]
    assert silence.counted(RULE, SILENT_FACTS, other) == other
    assert silence.counted(RULE, replace(SILENT_FACTS, start=DAY), again) == again


# --- laws, in a small world in which everything can happen

seconds = st.integers(0, 400)
rules = st.builds(
    lambda unit, every, grace, veto, people, k, armed: Rule(
        unit_s=unit,
        every_s=every * unit,
        grace_s=grace * unit,
        veto_s=veto * unit,
        k=min(k, people),
        guardians=tuple(bytes([n]) for n in range(people)),
        armed=armed,
    ),
    st.integers(1, 9),
    *[st.integers(1, 5)] * 3,
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from([True, True, True, False]),
)
reminders = st.lists(st.builds(Reminder, st.sampled_from(["mail", "push"]), seconds), max_size=9).map(tuple)
votes = st.lists(
    st.builds(
        Vote,
        st.integers(0, 4).map(lambda n: bytes([n])),
        st.sampled_from([Answer.NO, Answer.NO, Answer.NO, Answer.UNKNOWN]),
        seconds,
    ),
    max_size=5,
    unique_by=lambda vote: vote.guardian,
).map(tuple)
chance = st.builds(happened, st.integers(0, 40), reminders, votes)


@st.composite
def silent_ones(draw):
    """A person who was called and whose guardians said no, for there is little chance of it by chance."""
    rule = replace(draw(rules), armed=True)
    start = draw(st.integers(0, 40))
    late, gap = start + rule.every_s, draw(st.integers(rule.unit_s, 2 * rule.unit_s))
    accepted = [
        Reminder(channel, late + n * gap) for n, channel in enumerate(draw(st.permutations(["a", "a", "b"])))
    ]
    asking = marks(rule, happened(start, tuple(accepted))).asking
    noes = [Vote(each, Answer.NO, asking + draw(st.integers(0, 30))) for each in rule.guardians]
    return rule, happened(start, tuple(accepted), tuple(noes))


worlds = st.one_of(st.tuples(rules, chance), silent_ones())
COURSE = [Stage.KEPT, Stage.LATE, Stage.ASKING, Stage.VETO, Stage.SILENT]


@given(worlds, seconds, seconds)
def test_time_alone_only_leads_on(world, now, later):
    rule, facts = world

    assert COURSE.index(stage(rule, facts, now)) <= COURSE.index(stage(rule, facts, now + later))


@given(worlds, st.integers(0, 900))
def test_nobody_is_silent_who_was_not_called_whose_guardians_did_not_agree_or_without_the_whole_veto(
    world, now
):
    rule, facts = world
    if stage(rule, facts, now) is not Stage.SILENT:
        return

    late = facts.start + rule.every_s
    called = [r for r in facts.accepted if late <= r.at <= now - rule.veto_s]
    noes = {v.guardian for v in facts.votes if v.answer is Answer.NO and v.at <= now - rule.veto_s}
    assert rule.armed
    assert now >= facts.start + rule.every_s + rule.grace_s + rule.veto_s
    assert any(
        b.at - a.at >= rule.unit_s
        and c.at - b.at >= rule.unit_s
        and len({a.channel, b.channel, c.channel}) > 1
        for a, b, c in combinations(sorted(called, key=lambda r: r.at), 3)
    )
    assert len(noes & {*rule.guardians}) >= rule.k


@given(worlds)
def test_who_is_called_and_whose_guardians_agree_is_silent_in_the_end(world):
    rule, facts = world
    at = marks(rule, facts)

    assert (stage(rule, facts, 10_000) is Stage.SILENT) == (at.silent is not None)
    if at.silent is not None and at.veto is not None:
        assert stage(rule, facts, at.silent - 1) is Stage.VETO
        assert at.silent - at.veto == rule.veto_s


@given(silent_ones())
def test_silence_comes(world):
    rule, facts = world

    assert stage(rule, facts, 10_000) is Stage.SILENT


@given(rules, reminders)
def test_the_second_of_the_last_call_is_that_of_a_search_by_hand(rule, heard):
    found = [
        c.at
        for a, b, c in combinations(sorted(heard, key=lambda r: r.at), 3)
        if b.at - a.at >= rule.unit_s and c.at - b.at >= rule.unit_s
        if len({a.channel, b.channel, c.channel}) > 1
    ]

    assert silence.called_at(rule, heard, 0) == min(found, default=None)


@given(worlds, seconds)
def test_any_sign_of_life_returns_to_kept(world, now):
    rule, facts = world

    assert stage(rule, replace(facts, start=now), now) is Stage.KEPT


@given(worlds, seconds, seconds)
def test_what_came_before_a_sign_of_life_counts_no_more(world, now, later):
    rule, facts = world
    start = max(facts.start, now)
    kept = replace(facts, start=start)
    late = start + rule.every_s
    fresh = happened(
        start,
        tuple(r for r in facts.accepted if r.at >= late),
        tuple(v for v in facts.votes if v.at >= late),
    )

    assert stage(rule, kept, start + later) is stage(rule, fresh, start + later)


@given(worlds, seconds, st.integers(0, 6))
def test_stricter_terms_never_lead_on(world, now, more):
    rule, facts = world
    stage_before = stage(rule, facts, now)

    for stricter in (
        replace(rule, every_s=rule.every_s + more),
        replace(rule, grace_s=rule.grace_s + more),
        replace(rule, veto_s=rule.veto_s + more),
        replace(rule, k=rule.k + 1),
        replace(rule, guardians=rule.guardians[1:]),
        replace(rule, armed=False),
    ):
        assert COURSE.index(stage(stricter, facts, now)) <= COURSE.index(stage_before)


last_tries = st.lists(
    st.builds(Try, st.sampled_from(["mail", "push", "sms"]), st.none() | seconds),
    max_size=3,
    unique_by=lambda each: each.channel,
)
last_told = st.lists(
    st.builds(Told, st.integers(0, 3).map(lambda n: bytes([n])), seconds),
    max_size=3,
    unique_by=lambda each: each.guardian,
)


@given(worlds, seconds, last_tries, last_told)
def test_due_is_never_late_and_never_for_nothing(world, now, tries, told):
    rule, facts = world

    def seen(second):
        return (
            stage(rule, facts, second),
            silence.asked(rule, facts, second),
            silence.reminders_due(rule, facts, tries, second),
            silence.questions_due(rule, facts, told, second),
        )

    due = silence.due(rule, facts, now, tries=tries, told=told)
    changes = (second for second in range(now + 1, now + 1_000) if seen(second) != seen(now))

    assert due == next(changes, None)


@given(worlds, seconds, last_tries, st.booleans())
def test_nobody_is_called_and_nothing_is_due_when_it_is_over(world, now, tries, stopped):
    rule, facts = world
    over = replace(facts, stopped=stopped, returned=not stopped)

    assert silence.due(rule, over, now, tries=tries) is None
    assert silence.reminders_due(rule, over, tries, now) == ()
    assert silence.asked(rule, over, now) == ()
