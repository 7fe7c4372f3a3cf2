"""Make vectors/silence/: when a person counts as silent, who is asked, and what is to be done when."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from vectors.chance import save, written

from twinbell.wire import silence
from twinbell.wire.silence import Answer, Facts, Reminder, Rule, Told, Try, Vote

DAY = 86_400
RULE = Rule(
    unit_s=DAY,
    every_s=30 * DAY,
    grace_s=7 * DAY,
    veto_s=7 * DAY,
    k=2,
    guardians=(b"a", b"b", b"c"),
    armed=True,
)
LATE, ASKING = 30 * DAY, 37 * DAY
CALLED = (Reminder("mail", LATE), Reminder("push", LATE + DAY), Reminder("mail", LATE + 2 * DAY))
NOES = (Vote(b"a", Answer.NO, ASKING), Vote(b"c", Answer.NO, ASKING + DAY))
HELD = (Vote(b"a", Answer.NO, ASKING), Vote(b"b", Answer.UNKNOWN, ASKING + DAY))
TRIES = (Try("mail", LATE + 2 * DAY), Try("push", LATE + 2 * DAY), Try("sms"))
TOLD = (Told(b"a", ASKING), Told(b"b", ASKING))
SECONDS = (
    *(0, LATE - 1, LATE, LATE + 3 * DAY, ASKING - 1, ASKING, ASKING + DAY, ASKING + 2 * DAY),
    *(ASKING + 3 * DAY, ASKING + 8 * DAY - 1, ASKING + 8 * DAY, 1_000 * DAY),
)
QUICK = replace(RULE, unit_s=1, every_s=3, grace_s=2, veto_s=2)


def happened(
    start: int, accepted: Iterable[Reminder] = (), votes: Iterable[Vote] = (), **more: bool
) -> Facts:
    return Facts(start=start, accepted=tuple(accepted), votes=tuple(votes), **more)


SILENCES: dict[str, tuple[str, Rule, Facts]] = {
    "its_course": ("called, two say no, nobody objects", RULE, happened(0, CALLED, NOES)),
    "nobody_called": ("no reminder was accepted", RULE, happened(0, (), NOES)),
    "two_reminders": ("one too few", RULE, happened(0, CALLED[:2], NOES)),
    "one_channel": (
        "three by one channel",
        RULE,
        happened(0, [replace(r, channel="mail") for r in CALLED], NOES),
    ),
    "crowded": (
        "the second channel only crowds in",
        RULE,
        happened(
            0,
            [
                Reminder("mail", LATE),
                Reminder("push", LATE + DAY // 2),
                Reminder("mail", LATE + DAY),
                Reminder("mail", LATE + 2 * DAY),
            ],
            NOES,
        ),
    ),
    "crowded_then_once_more": (
        "one more, and the second channel fits in",
        RULE,
        happened(
            0,
            [
                Reminder("mail", LATE),
                Reminder("push", LATE + DAY // 2),
                Reminder("mail", LATE + DAY),
                Reminder("mail", LATE + 2 * DAY),
                Reminder("mail", LATE + 3 * DAY),
            ],
            NOES,
        ),
    ),
    "two_at_once": (
        "two channels in the same second",
        RULE,
        happened(
            0,
            [
                Reminder("mail", LATE),
                Reminder("push", LATE),
                Reminder("mail", LATE + DAY),
                Reminder("mail", LATE + 2 * DAY),
            ],
        ),
    ),
    "called_late": (
        "the third reminder comes after the grace",
        RULE,
        happened(
            0,
            [*CALLED[:2], Reminder("mail", ASKING + 2 * DAY)],
            [Vote(b"a", Answer.NO, ASKING + DAY), Vote(b"c", Answer.NO, ASKING + 3 * DAY)],
        ),
    ),
    "early_reminders": ("what was accepted before it was late", RULE, happened(DAY, CALLED, NOES)),
    "one_no": ("one of two", RULE, happened(0, CALLED, NOES[:1])),
    "a_no_and_an_unknown": ("who does not know makes room for one", RULE, happened(0, CALLED, HELD)),
    "an_old_no": (
        "said before anybody was asked",
        RULE,
        happened(0, CALLED, [Vote(b"a", Answer.NO, ASKING - 1), NOES[1]]),
    ),
    "a_strangers_no": ("not a guardian", RULE, happened(0, CALLED, [NOES[0], Vote(b"x", Answer.NO, ASKING)])),
    "not_armed": ("late, and never more", replace(RULE, armed=False), happened(0, CALLED, NOES)),
    "away": ("start lies ahead", RULE, happened(40 * DAY, CALLED, NOES)),
    "returned": ("came back after silence", RULE, happened(0, CALLED, NOES, returned=True)),
    "stopped": ("by the code, whatever else", RULE, happened(0, CALLED, NOES, returned=True, stopped=True)),
    "one_guardian": ("one alone is enough", replace(RULE, k=1, guardians=(b"c",)), happened(0, CALLED, NOES)),
}
QUICK_SILENCE = (
    "in seconds",
    QUICK,
    happened(10, [Reminder("mail", 13), Reminder("push", 14), Reminder("mail", 15)], [
        Vote(b"a", Answer.NO, 15), Vote(b"b", Answer.NO, 16)]),
)  # fmt: skip


def silent(
    words: str, own: Rule, facts: Facts, tries: Iterable[Try], told: Iterable[Told], at: Iterable[int]
) -> dict[str, Any]:
    tries, told = tuple(tries), tuple(told)
    marks = silence.marks(own, facts)
    return {
        "says": words,
        "rule": rule(own),
        "facts": {
            "start": facts.start,
            "accepted": [[each.channel, each.at] for each in facts.accepted],
            "votes": [[each.guardian.hex(), each.answer.value, each.at] for each in facts.votes],
            "returned": facts.returned,
            "stopped": facts.stopped,
        },
        "tries": [[each.channel, each.at] for each in tries],
        "told": [[each.guardian.hex(), each.at] for each in told],
        "marks": {"late": marks.late, "asking": marks.asking, "veto": marks.veto, "silent": marks.silent},
        "at": [
            {
                "now": now,
                "stage": silence.stage(own, facts, now).value,
                "asked": [guardian.hex() for guardian in silence.asked(own, facts, now)],
                "reminders": list(silence.reminders_due(own, facts, tries, now)),
                "questions": [guardian.hex() for guardian in silence.questions_due(own, facts, told, now)],
                "due": silence.due(own, facts, now, tries=tries, told=told),
            }
            for now in at
        ],
    }


def silences() -> dict[str, dict[str, Any]]:
    files = {name: silent(*one, TRIES, TOLD, SECONDS) for name, one in SILENCES.items()}
    files["a_rehearsal"] = silent(
        *QUICK_SILENCE, [Try("mail", 15), Try("push", 15)], [Told(b"a", 15)], range(9, 22)
    )
    return files


def rule(own: Rule) -> dict[str, Any]:
    return {
        "unit_s": own.unit_s,
        "every_s": own.every_s,
        "grace_s": own.grace_s,
        "veto_s": own.veto_s,
        "k": own.k,
        "guardians": [guardian.hex() for guardian in own.guardians],
        "armed": own.armed,
    }


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    return written(silences())


if __name__ == "__main__":
    save("silence", build())
