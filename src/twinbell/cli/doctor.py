"""`twinbell doctor`: look at everything that could be wrong, and say it."""

import argparse

from twinbell.cli.command import Subparsers, command

MARKS = {"good": "·", "note": "-", "wrong": "!"}


def register(subparsers: Subparsers) -> None:
    command(
        subparsers,
        "doctor",
        "Look at the home, the relay, the kit, and what each letter leans on.",
        about="Ends with 1 if something is wrong, and with 0 if there are only things worth knowing.",
        example="twinbell doctor",
        json="well, findings: [{subject, verdict (good, note, wrong), sentence}]",
        run=_run,
    )


def _run(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import doctor

    with open_home(args) as home:
        doctor.waiting(home)
        findings = list(doctor.examine(home))
    wrong = [each for each in findings if each.verdict is doctor.Verdict.WRONG]
    if args.json:
        ui.data(
            {
                "well": not wrong,
                "findings": [
                    {"subject": each.subject, "verdict": each.verdict.value, "sentence": each.sentence}
                    for each in findings
                ],
            }
        )
    else:
        for each in findings:
            line = f"{MARKS[each.verdict.value]} {each.subject:<16} {ui.plain(each.sentence)}"
            ui.say(ui.soft(line) if each.verdict is doctor.Verdict.GOOD else line)
        ui.say("", "Something is wrong." if wrong else "All is well.")
    return 1 if wrong else 0
