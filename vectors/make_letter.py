"""Make vectors/{tar,padme,lock,letter,wish,birthday}/: what a letter is made of and which layer refuses what.

Everything follows from names, but a whole letter: sealing takes chance. vectors/letter/whole.json holds one
that was sealed once and is kept, with the keys that open it; `--anew` seals another one. Instants of wishes
are those of the tz database that is installed.
"""

import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bond.letters import (
    ADA,
    ANNA,
    BERTA,
    BOND,
    CLARA,
    DAY_S,
    GRACE,
    NOW_S,
    attachment,
    lock_for,
    seed,
    wish,
    write,
)

from twinbell.age.hybrid import HybridIdentity
from twinbell.bond import mail, opening, way
from twinbell.bond.gate import GuardiansGate, KeptChain, SilenceGate, Wish
from twinbell.bond.lock import Hold, Lock, describe, plan, strength
from twinbell.bond.tar import TarWriter, header, padded
from twinbell.client import wish as wish_
from twinbell.client.wish import Feb29
from twinbell.crypto import sshsig
from twinbell.crypto.kdf import sha256
from twinbell.encoding import decode_map, encode, padme
from twinbell.errors import TwinbellError
from twinbell.wire.beacon import QUICKNET

FOLDER = Path(__file__).parent
Files = dict[str, Any]


def make_padme() -> Files:
    lengths = [0, 1, 2, 8, 9, 15, 16, 100, 511, 512, 513, 4095, 16383, 16384, 16385, 17409, 65535, 65537]
    lengths += [10**6, 2**20, 2**20 + 1, 10**9, 2**30 + 1, 2**33 - 1, 2**40 + 12345]
    return {
        "padme": [{"length": each, "padme": padme(each)} for each in lengths],
        "floor": [{"length": each, "padded": padded(each)} for each in lengths],
    }


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    tar = TarWriter(out)
    for name, data in files.items():
        tar.add(name, data)
    tar.finish()
    return out.getvalue()


def make_tar() -> Files:
    """An archive is given without the zeros at its end, and with its length."""
    good = {
        "nothing": {},
        "one_file": {"1.txt": b"hello"},
        "an_empty_file": {"1": b""},
        "a_full_block": {"lock.cbor": bytes(range(256)) * 2},
        "folders_and_order": {"OPENING.txt": b"how", "ways/1.age": b"one", "ways/2.age": b"two"},
    }
    files: Files = {}
    for name, entries in good.items():
        data = archive(entries)
        files[name] = {
            "entries": [{"name": each, "data": content.hex()} for each, content in entries.items()],
            **shortened(data),
        }
    block = header("1.txt", 5)
    body = b"hello".ljust(512, b"\0")
    bad = {
        "a_link": (resum(block[:156] + b"2" + block[157:]) + body, "another kind of entry than a file"),
        "a_folder": (resum(block[:156] + b"5" + block[157:]) + body, "another kind of entry than a file"),
        "an_absolute_name": (
            named(b"/1.txt", block) + body,
            "a name that is not ours",
        ),
        "a_way_up": (named(b"../1.txt", block) + body, "a name that is not ours"),
        "another_mode": (resum(block[:100] + b"0000755\0" + block[108:]) + body, "a field that is not ours"),
        "another_time": (
            resum(block[:136] + b"00000000001\0" + block[148:]) + body,
            "a field that is not ours",
        ),
        "a_wrong_sum": (block[:148] + b"000000\0 " + block[156:] + body, "the checksum"),
        "filled_with_ones": (block + b"hello".ljust(512, b"\1"), "what fills a block is not zero"),
        "twice_the_same": (block + body + block + body, "a name comes twice"),
    }
    for name, (data, why) in bad.items():
        whole = data.ljust(padded(len(data) + 1024), b"\0")
        files[name] = {**shortened(whole), "refuses": "tar", "reason": why}
    plain = archive({"1.txt": b"hello"})
    for name, data, why in [
        ("too_short", plain[:-512], "less padding than belongs there"),
        ("too_long", plain + bytes(1024), "more padding than belongs there"),
    ]:
        files[name] = {**shortened(data), "refuses": "tar", "reason": why}
    return files


def named(name: bytes, block: bytes) -> bytes:
    return resum(name.ljust(100, b"\0") + block[100:])


def resum(block: bytes) -> bytes:
    bare = block[:148] + b" " * 8 + block[156:]
    return bare[:148] + b"%06o\0 " % sum(bare) + bare[156:]


def shortened(data: bytes) -> dict[str, Any]:
    return {"head": data.rstrip(b"\0").hex(), "length": len(data)}


def make_lock() -> Files:
    quicknet = KeptChain(QUICKNET, "League of Entropy")
    far = wish(NOW_S + 400 * DAY_S)
    chains = [quicknet, ANNA.kept, BERTA.kept]
    files: Files = {}
    good = {
        "open": lock_for(in_s=None),
        "one_keeper": lock_for(ANNA),
        "two_keepers_near": lock_for(ANNA, BERTA, in_s=30 * DAY_S),
        "two_keepers_far": lock_for(ANNA, BERTA, in_s=400 * DAY_S),
        "three_keepers": lock_for(ANNA, BERTA, CLARA),
        "quicknet_and_two_far": plan(letter=bytes(16), wish=far, chains=chains, now_s=NOW_S),
        "secrecy": lock_for(ANNA, BERTA, CLARA, hold=Hold.SECRECY),
        "survival": lock_for(ANNA, BERTA, CLARA, hold=Hold.SURVIVAL),
        "last_letter": last_letter(),
    }
    for name, lock in good.items():
        files[name] = {
            "lock": lock.encode().hex(),
            "sha256": lock.hash.hex(),
            "letter": lock.letter.hex(),
            "keep": lock.keep,
            "wish": lock.wish.record() if lock.wish else None,
            "chains": [{"hash": k.chain.hash.hex(), "keeper": k.keeper} for k in lock.chains],
            "ways": [[plain(gate.record()) for gate in each] for each in lock.ways],
            "opens": lock.opens_s,
            "strength": str(strength(lock)),
            "strength_if_anna_is_one_of_the_two": str(strength(lock, ours={"Anna"})),
            "says": describe(lock),
        }
    files["two_keepers_near"]["planned"] = {"now": NOW_S, "hold": None}
    for name, (path, value, why) in LOCKS_REFUSED.items():
        files[f"refused_{name}"] = {"lock": edited(path, value).hex(), "refuses": "lock", "reason": why}
    return files


LOCKS_REFUSED: dict[str, tuple[list[Any], Any, str]] = {
    "version": (["v"], 2, "a version that is not known"),
    "type": (["type"], "letter", "another type"),
    "unknown_field": (["more"], 1, "it says more than can be read"),
    "no_ways": (["ways"], [], "there is no way"),
    "unknown_gate": (["ways", 0, 0, "kind"], "weather", "a gate of a kind that is not known"),
    "another_round": (["ways", 1, 0, "round"], 31781742, "a round that is not the wish's"),
    "no_such_chain": (["ways", 1, 0, "chain"], 1, "a chain that is not in the list"),
    "gates_out_of_order": (["ways", 0], "reversed", "guardians stand before silence"),
    "far_from_its_instant": (["wish", "local"], "2027-11-22T11:00:20", "local time and instant a day apart"),
    "hidden_keeper": (["chains", 0, "keeper"], "a\u202eb", "a keeper whose name hides characters"),
    "more_needed_than_there_are": (["ways", 0, 1, "threshold"], 4, "more guardians needed than there are"),
}


def last_letter() -> Lock:
    near = lock_for(ANNA)
    silence = SilenceGate(HybridIdentity(seed("silence")).recipient.public, seed("watch")[:16])
    guardians = GuardiansGate(HybridIdentity(seed("guardians")).recipient.public, 2, 3)
    return replace(near, ways=((silence, guardians), (near.ways[0][0], guardians)), keep=True)


def edited(path: list[Any], value: Any) -> bytes:
    record: Any = decode_map(last_letter().encode(), bytes_max=65536)
    *steps, last = path
    target = record
    for step in steps:
        target = target[step]
    target[last] = target[last][::-1] if value == "reversed" else value
    return encode(record)


def plain(record: dict[str, Any]) -> dict[str, Any]:
    return {k: v.hex() if isinstance(v, bytes) else v for k, v in record.items()}


def message(**changes: Any) -> mail.Mail:
    fields: dict[str, Any] = {
        "letter": bytes(range(16)),
        "bond": BOND,
        "lock_sha256": lock_for(ANNA).hash,
        "written_s": NOW_S,
        "writer": "Ada",
        "reader": "Grace",
        "subject": "Happy birthday",
        "text": "Dear Grace,\n\nhappy birthday.\n",
    }
    return mail.Mail(**(fields | changes))


def note(name: str, media: str, data: bytes) -> mail.FileNote:
    return mail.FileNote(name=name, media=media, size=len(data), sha256=sha256(data))


def make_letter(anew: bool) -> Files:
    files: Files = {}
    photo = note("Sommer am See.JPG", "image/jpeg", b"photo")
    empty = note("写真.heic", "image/heic", b"")
    for name, said in {
        "plain": message(),
        "accents": message(subject="Grüße", writer="Zoë", text="Alles Gute wünscht dir Zoë.\n"),
        "japanese": message(subject="お誕生日", text="お誕生日おめでとう 👵🏽‍🦳\n"),
        "nothing": message(subject="", writer="", reader="", text=""),
        "its_own_boundary": message(text=f"--twinbell-{bytes(range(16)).hex()}--\n"),
        "files": message(files=(photo, empty, note("README", "text/plain", b"x"))),
    }.items():
        eml = mail.encode(said)
        fill = len(eml) - len(eml.rstrip(b" \r\n")) - 2
        files[f"mail_{name}"] = {
            "subject": said.subject,
            "writer": said.writer,
            "reader": said.reader,
            "text": said.text,
            "written": said.written_s,
            "letter": said.letter.hex(),
            "bond": said.bond.hex(),
            "lock_sha256": said.lock_sha256.hex(),
            "files": [
                {
                    "entry": mail.entry_name(number, each.name),
                    "name": each.name,
                    "type": each.media,
                    "bytes": each.size,
                    "sha256": each.sha256.hex(),
                }
                for number, each in enumerate(said.files, 1)
            ],
            "eml": eml[: len(eml) - fill].decode(),
            "length": len(eml),
            "signer": ADA.signer.verify_key.raw.hex(),
            "signature": sshsig.sign(ADA.signer, eml, namespace="letter@twinbell"),
        }
    key = HybridIdentity(seed("a letter key"))
    files["identity_file"] = {
        "letter": bytes(range(16)).hex(),
        "eml_sha256": seed("eml").hex(),
        "seed": key.seed.hex(),
        "file": way.identity_file(bytes(range(16)), seed("eml"), key).decode(),
    }
    files["opening"] = {
        "lock": lock_for(ANNA, BERTA).encode().hex(),
        "bond": BOND.hex(),
        "page": opening.page(lock_for(ANNA, BERTA), BOND).decode(),
    }
    whole = FOLDER / "letter" / "whole.json"
    files["whole"] = json.loads(whole.read_text()) if whole.exists() and not anew else make_whole()
    return files


def make_whole() -> dict[str, Any]:
    lock = lock_for(ANNA, BERTA, letter_id=seed("whole")[:16])
    data, sealed = write(lock, attachments=[attachment("Sommer am See.jpg", b"photo", "image/jpeg")])
    return {
        "letter": data.hex(),
        "letter_sha256": sealed.letter_sha256.hex(),
        "lock_sha256": sealed.lock_sha256.hex(),
        "eml_sha256": sealed.eml_sha256.hex(),
        "identities": [str(each) for each in (GRACE.letter, GRACE.kit, ADA.letter, ADA.kit)],
        "bond": BOND.hex(),
        "writer": ADA.signer.verify_key.raw.hex(),
        "beacons": [
            {
                "chain": keeper.kept.chain.hash.hex(),
                "round": round,
                "signature": keeper.signature(round).hex(),
            }
            for keeper, (_, round) in zip((ANNA, BERTA), lock.rounds(), strict=True)
        ],
        "subject": "For your birthday",
        "text": "Dear Grace,\n\nhappy birthday.\n",
        "files": [{"entry": "1.jpg", "name": "Sommer am See.jpg", "data": b"photo".hex()}],
    }


WISHES = [
    ("2027-10-10", "Europe/Berlin", None),
    ("2027-10-10T08:00", "Europe/Berlin", None),
    ("2027-10-10 08:00:30", "America/Sao_Paulo", None),
    ("2027-03-28T02:30", "Europe/Berlin", None),
    ("2027-10-31T02:30", "Europe/Berlin", None),
    ("2027-09-05", "America/Santiago", None),
    ("2027-10-03T02:15", "Australia/Lord_Howe", None),
    ("2027-02-29", "Asia/Kathmandu", Feb29.FEB28),
    ("2027-02-29T12:00", "Asia/Kathmandu", Feb29.MAR1),
    ("2028-02-29", "Pacific/Apia", None),
    ("in 20s", "Etc/UTC", None),
    ("in 5 min", "Europe/Berlin", None),
    ("in 2 hours", "Asia/Tokyo", None),
    ("in 3 days", "Europe/Berlin", None),
    ("in 2 weeks", "Europe/Berlin", None),
    ("in 3 months", "Europe/Berlin", None),
    ("in 1 year", "America/New_York", None),
]
WISHES_REFUSED = {
    "ambiguous": ("in 3m", "minutes or months"),
    "ambiguous_capital": ("in 3M", "minutes or months"),
    "without_in": ("3 months", "no moment"),
    "passed": ("2020-01-01", "it has passed"),
    "no_29_february": ("2027-02-29", "a choice is needed"),
    "no_such_day": ("2027-02-30", "no such day"),
    "with_an_offset": ("2027-10-10T08:00+02:00", "the zone is named beside it"),
    "twenty_four": ("2027-10-10T24:00", "no such time"),
    "backwards": ("10.10.2027", "no moment"),
    "half": ("in 1.5 hours", "no whole number"),
    "too_far": ("in 99999 years", "beyond 2999"),
}


def make_wish() -> Files:
    files: Files = {}
    for number, (text, zone, feb29) in enumerate(WISHES, 1):
        made = wish_.parse(text, now_s=NOW_S, zone=zone, feb29=feb29)
        files[f"{number:02}"] = {
            "text": text,
            "now": NOW_S,
            "zone": zone,
            "feb29": feb29.value if feb29 else None,
            "wish": recorded(made),
            "says": made.words,
        }
    for name, (text, why) in WISHES_REFUSED.items():
        try:
            wish_.parse(text, now_s=NOW_S, zone="Europe/Berlin")
        except TwinbellError:
            files[f"refused_{name}"] = {
                "text": text,
                "now": NOW_S,
                "zone": "Europe/Berlin",
                "feb29": None,
                "refuses": "wish",
                "reason": why,
            }
    return files


BIRTHDAYS = [
    ("birthday", "10-07", 1, "Asia/Tokyo", None),
    ("birthday 08:00", "10-07", 3, "America/New_York", None),
    ("birthday", "11-22", 2, "Europe/Berlin", None),  # today: it began hours ago
    ("birthday 23:30", "11-22", 1, "Europe/Berlin", None),  # today, and still to come
    ("birthday", "02-29", 5, "Asia/Kathmandu", Feb29.FEB28),
    ("birthday 07:15", "02-29", 5, "Asia/Kathmandu", Feb29.MAR1),
    ("birthday 02:30", "03-28", 2, "Europe/Berlin", None),  # skipped in 2027, as clocks go forward
    ("birthday", "01-01", 30, "Pacific/Auckland", None),
]
BIRTHDAYS_REFUSED = {
    "no_29_february": ("birthday", "02-29", 1, "a choice is needed"),
    "too_many": ("birthday", "10-07", 31, "thirty at most"),
    "none": ("birthday", "10-07", 0, "one at least"),
    "two_times": ("birthday 08:00 09:00", "10-07", 1, "one time of day"),
    "no_such_time": ("birthday 24:00", "10-07", 1, "no such time"),
}


def make_birthday() -> Files:
    files: Files = {}
    for number, (text, day, years, zone, feb29) in enumerate(BIRTHDAYS, 1):
        made = wish_.birthdays(text, day, years, now_s=NOW_S, zone=zone, feb29=feb29)
        files[f"{number:02}"] = {
            "text": text,
            "birthday": day,
            "years": years,
            "now": NOW_S,
            "zone": zone,
            "feb29": feb29.value if feb29 else None,
            "wishes": [recorded(each) for each in made],
        }
    for name, (text, day, years, why) in BIRTHDAYS_REFUSED.items():
        try:
            wish_.birthdays(text, day, years, now_s=NOW_S, zone="Europe/Berlin")
        except TwinbellError:
            files[f"refused_{name}"] = {
                "text": text,
                "birthday": day,
                "years": years,
                "now": NOW_S,
                "zone": "Europe/Berlin",
                "feb29": None,
                "refuses": "wish",
                "reason": why,
            }
    return files


def recorded(made: Wish) -> dict[str, Any]:
    return dict(made.record())


def build(*, anew: bool = False) -> dict[str, Files]:
    """Return what belongs into each folder."""
    return {
        "padme": make_padme(),
        "tar": make_tar(),
        "lock": make_lock(),
        "letter": make_letter(anew),
        "wish": make_wish(),
        "birthday": make_birthday(),
    }


def text_of(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every file anew; the whole letter, which takes chance, only when asked."""
    for noun, files in build(anew="--anew" in sys.argv).items():
        folder = FOLDER / noun
        folder.mkdir(exist_ok=True)
        for old in folder.glob("*.json"):
            if old.stem not in files:
                old.unlink()
        for name, content in files.items():
            (folder / f"{name}.json").write_text(text_of(content), "utf-8")


if __name__ == "__main__":
    main()
