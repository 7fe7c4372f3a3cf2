"""What a home looks like from outside: each thing that could be wrong, looked at and said in a sentence.

Nothing is repaired here but what is safe: leftovers of a crash are removed.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from twinbell.client import bonds, chains, incoming, key, letters, mail
from twinbell.client.bonds import BondRow
from twinbell.client.home import Home
from twinbell.client.letters import State
from twinbell.errors import Damaged, TwinbellError, Unreachable
from twinbell.wire.beacon import RETIRED, Beacon, Chain, time_of
from twinbell.wire.silence import CHANNELS

CLOCK_TOLERANCE_S = 300  # a relay further ahead could be opening letters early
LEFTOVER_S = 86_400  # older parts belong to no command that still runs


class Verdict(Enum):
    """How a thing is."""

    GOOD = "good"
    NOTE = "note"  # worth knowing; nothing is wrong
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    verdict: Verdict
    sentence: str


def examine(home: Home) -> Iterator[Finding]:
    """Look at everything, in the order in which a person would ask."""
    yield _key(home)
    yield _vault(home)
    yield from _leftovers(home)
    rows = bonds.every(home.vault)
    if not rows:
        yield Finding("bond", Verdict.NOTE, "There is no bond here yet.")
    for url in dict.fromkeys(row.relay for row in rows):
        yield from _relay(home, url)
    for row in rows:
        yield from _bond(home, row)
    yield from _watches(home)
    yield from _letters(home)


def _key(home: Home) -> Finding:
    match key.kind(home.path):
        case "passphrase":
            return Finding("key", Verdict.GOOD, "The key of this home is under a passphrase.")
        case "plain":
            return Finding(
                "key",
                Verdict.NOTE,
                "The key of this home lies in it in clear: whoever reads this folder reads your letters.",
            )
    return Finding("key", Verdict.GOOD, "The key of this home is kept elsewhere.")


def _vault(home: Home) -> Finding:
    if home.vault.sound():
        return Finding("vault", Verdict.GOOD, "Every page of the vault is whole.")
    return Finding(
        "vault", Verdict.WRONG, "The vault is damaged. Put back a copy of this folder, or use your kit."
    )


def _leftovers(home: Home) -> Iterator[Finding]:
    known = {letters.file_name(row.id) for row in letters.every(home.vault)}
    for path in home.letters.iterdir():
        old = time.time() - path.stat().st_mtime > LEFTOVER_S
        if old and path.name not in known:  # a command was killed before it had said anything
            path.unlink()
            yield Finding("letters", Verdict.NOTE, "What a command that was cut off had left was removed.")


def _relay(home: Home, url: str) -> Iterator[Finding]:
    relay = home.relay(url)
    try:
        about = relay.about()
    except (Unreachable, TwinbellError) as refusal:
        yield Finding("relay", Verdict.WRONG, f"{refusal} What you write waits here and goes by itself.")
        return
    yield Finding("relay", Verdict.GOOD, f"The relay at {relay.name} answers ({about.get('version', '?')}).")
    for document in about.get("chains", [])[:1]:
        yield _clock(home, url, document)


def _clock(home: Home, url: str, document: object) -> Finding:
    """Compare the relay's newest round with our clock: the round cannot exist before its time."""
    from twinbell.client.beacon import HttpSource

    try:
        chain = Chain.parse(document)  # type: ignore[arg-type]
        latest: Beacon = HttpSource(url).latest(chain)
    except TwinbellError as refusal:
        return Finding("clock", Verdict.NOTE, f"The relay's clock could not be compared with ours: {refusal}")
    ahead_s = time_of(chain, latest.round) - home.now_s
    if ahead_s > CLOCK_TOLERANCE_S:
        return Finding(
            "clock", Verdict.WRONG, f"The relay's beacon is {ahead_s} seconds ahead of this machine's clock."
        )
    return Finding("clock", Verdict.GOOD, "The relay's beacon and this machine's clock agree.")


def _bond(home: Home, row: BondRow) -> Iterator[Finding]:
    if not row.verified:
        yield Finding(
            "bond",
            Verdict.NOTE,
            f"You have not compared the words with {row.peer}: somebody could be between you.",
        )
    if row.kit_confirmed_s is None:
        yield Finding(
            "kit",
            Verdict.NOTE,
            f"The kit for {row.peer} is not on paper. Without it, a lost device is a lost bond.",
        )
    (waiting,) = home.vault.all(
        "select (select count(*) from outbox where bond = ?1 and sent_s is null) "
        "+ (select count(*) from letter where bond = ?1 and outgoing = 1 and blob_sent = 0 "
        "and not exists (select 1 from last where last.letter = letter.id and epoch = 0))",  # not armed yet
        row.id,
    )[0]
    if waiting:
        wait = "waits" if waiting == 1 else "wait"
        yield Finding(
            "outbox", Verdict.NOTE, f"{waiting} of what you sent to {row.peer} {wait} for the relay."
        )
    else:
        yield Finding("outbox", Verdict.GOOD, f"Everything that you sent to {row.peer} has gone.")


def _watches(home: Home) -> Iterator[Finding]:
    """Look at what is easily put off for years: arming, rehearsals, ways to be reminded, old consents."""
    from twinbell.client import arming, channels, guardians, watch, watchstatus

    for own in watch.every(home):
        if own.bond.parted_s is not None:
            continue
        name, status = own.bond.peer, watchstatus.status(home, own)
        if status.armed:
            yield Finding("watch", Verdict.GOOD, f"Your watch for {name} is armed.")
        else:
            yield Finding("watch", Verdict.NOTE, f"Your watch for {name} is not armed: nothing would open.")
        if arming.rehearsal_is_due(home, own):
            yield Finding("rehearsal", Verdict.NOTE, f"A rehearsal with {name} is due: `twinbell rehearse`.")
        else:
            yield Finding("rehearsal", Verdict.GOOD, f"You rehearsed with {name} within a year.")
        proven = sum(each.accepted_s > 0 for each in channels.every(home, own))
        enough = Verdict.GOOD if proven >= CHANNELS else Verdict.NOTE
        yield Finding("reminders", enough, f"You can be reminded on {proven} of {CHANNELS} ways, tested.")
        for each in status.guards:
            if each.state != "agreed":
                yield Finding("guardian", Verdict.NOTE, each.sentence)
    for guarded in guardians.every(home):
        if guarded.consent_is_old(home.now_s):
            yield Finding(
                "guardian",
                Verdict.NOTE,
                f"You agreed more than a year ago to be a guardian of {guarded.writer}: "
                "`twinbell guardian consent` says it again.",
            )


def _letters(home: Home) -> Iterator[Finding]:
    ended = RETIRED | {each.chain.hash for each in chains.known(home.vault) if each.retired}
    for row in letters.every(home.vault):
        name = f"letter {row.name[:8]}"
        if row.kept_state is State.DAMAGED:
            yield Finding(name, Verdict.WRONG, "It came damaged. It was asked for again.")
            continue
        if not row.file(home).exists():
            yield Finding(name, Verdict.WRONG, f"Its file is not there any more: {row.file(home)}.")
            continue
        if incoming.digest(row.file(home)) != row.content.sha256:
            yield Finding(name, Verdict.WRONG, "Its file has changed on this disk.")
            continue
        if row.opened_s is None and (row.opens_s or 0) > home.now_s:
            yield _chains_of(row, ended)


def _chains_of(row: letters.LetterRow, ended: frozenset[bytes] | set[bytes]) -> Finding:
    name = f"letter {row.name[:8]}"
    try:
        needed = row.lock.rounds()
    except Damaged as damage:
        return Finding(name, Verdict.WRONG, str(damage))
    keepers = ", ".join(f"{kept.keeper} (round {number})" for kept, number in needed)
    gone = [kept.keeper for kept, _ in needed if kept.chain.hash in ended]
    if gone:
        return Finding(
            name, Verdict.WRONG, f"It leans on {keepers}; the chain of {', '.join(gone)} has ended."
        )
    return Finding(name, Verdict.GOOD, f"It leans on {keepers}.")


def waiting(home: Home) -> mail.Outcome:
    """Send and receive first, so that what is found is how things are now."""
    return mail.catch_up(home)
