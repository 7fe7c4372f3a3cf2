"""Python's side of a comparison of twins: a process that web/tests asks what Python makes of something.

One JSON object a line comes in, `do` names a function of this file, the rest are its arguments; one goes
out. `web/tests/twin.ts` is the side that asks. Bytes are hex.
"""

import binascii
import io
import json
import sys
import unicodedata
from datetime import UTC, datetime
from typing import Any

from tests.bond.letters import ADA, ANNA, BERTA, BOND, CLARA, FOUR, GRACE, attachment, keys_of
from torture import wishes

from twinbell.age.hybrid import HybridIdentity
from twinbell.bond import last, letter
from twinbell.bond.gate import GuardiansGate, SilenceGate
from twinbell.bond.lastlock import is_last
from twinbell.bond.lock import Lock
from twinbell.bond.mail import FileNote
from twinbell.bond.way import Keys, open_way
from twinbell.client import saving, wish, zone
from twinbell.crypto import shares
from twinbell.errors import NotYet, TwinbellError

Answer = dict[str, Any]


def zones() -> Answer:
    """Return the names of all zones, and the version of the tz database."""
    installed = zone.installed()
    return {"names": sorted(installed.names), "version": installed.version}


def instants(name: str, years: list[int]) -> Answer:
    """Return local times of these years that are easily got wrong, the instant of each, and some offsets."""
    rules = zone.installed().load(name)
    locals_ = [local for year in years for local in wishes.times(year, rules)]
    jumps = [second for year in years for second in wishes.jumps(year, rules)]
    quiet = [
        int(datetime(year, month, 15, tzinfo=UTC).timestamp()) for year in years for month in range(1, 13)
    ]
    seconds = sorted({*quiet, *jumps, *(jump - 1 for jump in jumps)})
    return {
        "times": [[_count(local), wish.instant(local, rules)] for local in locals_],
        "offsets": [[second, _count(_shows(second, name)) - second] for second in seconds],
    }


def quote(data: str) -> Answer:
    """Return text with CRLF line ends as quoted-printable, as letters have it."""
    quoted = binascii.b2a_qp(bytes.fromhex(data)).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return {"data": quoted.hex()}


def unquote(data: str) -> Answer:
    """Return what is quoted, also where it is quoted badly."""
    return {"data": binascii.a2b_qp(bytes.fromhex(data)).hex()}


def split(secret: str, k: int, n: int) -> Answer:
    """Return shares of a secret."""
    return {"shares": shares.split(bytes.fromhex(secret), k, n)}


def combine(shares: list[str]) -> Answer:
    """Return the secret that the reference implementation reads out of just enough shares."""
    from shamir_mnemonic import combine_mnemonics

    return {"secret": combine_mnemonics(shares).hex()}


def last_letter(lock: str, way: str, words: list[str], parcel: str, reader: str) -> Answer:
    """Open the first way of a last letter, as its reader does: the relay's part, and guardians' shares."""
    held = Lock.parse(bytes.fromhex(lock))
    silence, guardians = held.ways[0]
    assert isinstance(silence, SilenceGate) and isinstance(guardians, GuardiansGate)
    regained = last.regain(guardians, words)
    assert regained is not None
    seed = last.open_parcel(bytes.fromhex(parcel), [HybridIdentity(bytes.fromhex(reader))], silence)
    seeds = {guardians.recipient: regained.seed, silence.recipient: seed}
    key, eml = open_way(held, 1, bytes.fromhex(way), Keys(lambda chain, round: None, seeds.get))
    return {"key": key.seed.hex(), "eml": eml.hex(), "false": list(regained.false), "last": is_last(held)}


def people() -> Answer:
    """Return who writes to whom, with all keys, and the keepers whose beacons there are."""
    return {
        "bond": BOND.hex(),
        "signer": ADA.signer.seed.hex(),
        "identities": [str(each) for each in (GRACE.letter, GRACE.kit, ADA.letter, ADA.kit)],
        "keepers": [
            {"name": each.name, "chain": each.kept.chain.document()} for each in (ANNA, BERTA, CLARA)
        ],
    }


def signature(keeper: str, round: int) -> Answer:
    """Return what a keeper signs for a round."""
    return {"signature": KEEPERS[keeper].signature(round).hex()}


def write(lock: str, written: int, subject: str, text: str, files: list[dict[str, str]]) -> Answer:
    """Write a letter from Ada to Grace behind this lock."""
    out = io.BytesIO()
    sealed = letter.write(
        out,
        lock=Lock.parse(bytes.fromhex(lock)),
        bond=BOND,
        signer=ADA.signer,
        recipients=FOUR,
        written_s=written,
        writer="Ada",
        reader="Grace",
        subject=subject,
        text=text,
        attachments=[attachment(each["name"], bytes.fromhex(each["data"]), each["media"]) for each in files],
    )
    return {
        "letter": out.getvalue().hex(),
        "sha256": sealed.letter_sha256.hex(),
        "eml_sha256": sealed.eml_sha256.hex(),
    }


def open(data: str, identity: int, keepers: list[str]) -> Answer:
    """Receive and open a letter by one of four keys and these keepers' rounds, or say what is refused."""
    whole, keys = bytes.fromhex(data), [PEOPLE[identity]]
    found: list[io.BytesIO] = []

    def into(number: int, note: FileNote) -> io.BytesIO:
        found.append(io.BytesIO())
        return found[-1]

    try:
        received = letter.receive(io.BytesIO(whole), keys)
        opened = letter.open_(
            io.BytesIO(whole),
            keys,
            bond=BOND,
            writers=[ADA.signer.verify_key],
            keys=keys_of(*(KEEPERS[name] for name in keepers)),
            into=into,
        )
    except TwinbellError as refusal:
        opens_s = refusal.opens_s if isinstance(refusal, NotYet) else None
        return {"refused": type(refusal).__name__, "opens": opens_s}
    return {
        "sha256": received.letter_sha256.hex(),
        "eml_sha256": received.eml_sha256.hex(),
        "eml": opened.eml.hex(),
        "way": opened.way,
        "subject": opened.mail.subject,
        "text": opened.mail.text,
        "files": [
            {"name": note.name, "media": note.media, "data": file.getvalue().hex()}
            for note, file in zip(opened.mail.files, found, strict=True)
        ],
    }


def safe_name(name: str) -> Answer:
    """Return what a file of this name is called when it leaves, and whether all its characters exist here."""
    known = all(unicodedata.category(char) != "Cn" for char in name)
    return {"name": saving.safe_name(name), "known": known}


KEEPERS = {each.name: each for each in (ANNA, BERTA, CLARA)}
PEOPLE: list[HybridIdentity] = [GRACE.letter, GRACE.kit, ADA.letter, ADA.kit]


def _shows(second: int, name: str) -> datetime:
    return datetime.fromtimestamp(second, zone.installed().load(name)).replace(tzinfo=None)


def _count(local: datetime) -> int:
    return int(local.replace(tzinfo=UTC).timestamp())


ASKED = {
    each.__name__: each
    for each in (
        zones,
        instants,
        quote,
        unquote,
        split,
        combine,
        last_letter,
        people,
        signature,
        write,
        open,
        safe_name,
    )
}


def main() -> None:
    """Answer until nobody asks any more."""
    for line in sys.stdin:
        request = json.loads(line)
        answer = ASKED[request.pop("do")](**request)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
