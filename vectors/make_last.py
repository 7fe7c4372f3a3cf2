"""Make vectors/last/: gates and parcels, the lock of a last letter, and when a guardian may release.

What chance decides is kept once made: shares are those of vectors/shares; a parcel and two ways are taken
from the vector as it was.
"""

from dataclasses import replace
from itertools import combinations
from typing import Any

from tests.bond.letters import ANNA, BERTA, CLARA, DAY_S, wish
from tests.bond.letters import NOW_S as WRITTEN_S
from vectors.chance import Drawn, before, encapsulations, save, written
from vectors.make_guardians import ASK as GUARDIAN_ASK
from vectors.make_guardians import DEALT, GATE, GIVEN, NOW_S, SHARE, STOP, WATCH, plain, terms

from twinbell.age.hybrid import HybridIdentity
from twinbell.age.stream import seal
from twinbell.bond import last, way
from twinbell.bond.fate import AtParting, BothSilent, Fate
from twinbell.bond.gate import GuardiansGate, SilenceGate
from twinbell.bond.lastlock import describe_last, plan_last
from twinbell.bond.lock import Hold, Lock
from twinbell.bond.opening import page
from twinbell.bond.watchkeys import HeldShare, Seat
from twinbell.bond.way import Keys
from twinbell.crypto import kdf
from twinbell.errors import TwinbellError
from twinbell.wire.silence import Answer

GUARDIANS = GuardiansGate(GATE, 2, 3)
draw = Drawn("a last letter")
LETTER, KIT, SILENCE, STRANGER = (HybridIdentity(draw(32)) for _ in range(4))
KEY, EML, BOND = HybridIdentity(draw(32)), draw(32), draw(32)
WORDS: list[str] = DEALT["shares"]
# A share of another split with as many words: it reads well, and belongs elsewhere.
FOREIGN = "3_of_5"


def gate() -> dict[str, Any]:
    from json import loads

    from vectors.chance import HERE

    elsewhere = loads((HERE / "shares" / f"{FOREIGN}.json").read_text())["shares"][0]
    cases: list[list[str]] = [list(some) for some in combinations(WORDS, 2)]
    cases += [WORDS, [WORDS[2].upper(), WORDS[0]], [elsewhere, WORDS[1], WORDS[2]]]
    cases += [["acid " * 33, WORDS[0], WORDS[1], WORDS[0]]]
    few = [[], WORDS[:1], [WORDS[0], WORDS[0]], [elsewhere, "acid"]]
    return {
        "recipient": GATE.hex(),
        "hash": last.gate_hash(GATE).hex(),
        "threshold": 2,
        "guardians": 3,
        "seed": DEALT["secret"],
        "opens": [{"words": words, "false": list(_regained(words).false)} for words in cases],
        "not_enough": few,
        "refused": [[elsewhere, WORDS[0]]],
    }


def _regained(words: list[str]) -> last.Regained:
    regained = last.regain(GUARDIANS, words)
    assert regained is not None and regained.seed.hex() == DEALT["secret"]
    return regained


def parcel() -> dict[str, Any]:
    made = SilenceGate(SILENCE.recipient.public, WATCH)
    old = before("last", "parcel")

    def kept(name: str, plain_: bytes) -> str:
        """Return the file that was kept, if it is what it should be; else a new one."""
        from twinbell.age.stream import open_

        try:
            if open_(bytes.fromhex(old[name]), [KIT]) == plain_:
                return str(old[name])
        except (KeyError, TwinbellError):
            pass
        return seal(plain_, [LETTER.recipient, KIT.recipient]).hex()

    return {
        "letter_seed": LETTER.seed.hex(),
        "kit_seed": KIT.seed.hex(),
        "stranger_seed": STRANGER.seed.hex(),
        "recipient": made.recipient.hex(),
        "watch": WATCH.hex(),
        "parcel": kept("parcel", f"{SILENCE}\n".encode()),
        "seed": SILENCE.seed.hex(),
        "another_key": kept("another_key", f"{STRANGER}\n".encode()),
        "two_lines": kept("two_lines", f"{SILENCE}\n\n".encode()),
    }


def lock(*keepers: Any, in_days: int, hold: Hold | None = None) -> Lock:
    return plan_last(
        letter=bytes(range(16)),
        silence=SilenceGate(SILENCE.recipient.public, WATCH),
        guardians=GUARDIANS,
        floor=wish(WRITTEN_S + in_days * DAY_S),
        chains=[keeper.kept for keeper in keepers],
        now_s=WRITTEN_S,
        hold=hold,
    )


def locks() -> dict[str, dict[str, Any]]:
    made = {
        "one_keeper": (lock(ANNA, in_days=366), []),
        "two_near": (lock(ANNA, BERTA, in_days=300), []),
        "two_far": (lock(ANNA, BERTA, in_days=400), []),
        "three": (lock(ANNA, BERTA, CLARA, in_days=366), []),
        "secrecy": (lock(ANNA, BERTA, CLARA, in_days=366, hold=Hold.SECRECY), []),
        "kept_by_one_of_the_two": (lock(ANNA, in_days=366), ["Anna"]),
    }
    files = {}
    for name, (each, ours) in made.items():
        said = describe_last(
            each,
            writer="Ada",
            reader="Grace",
            relay="relay.example",
            guardians=["Ben", "Olga", "Max"],
            ours=ours,
        )
        files[f"lock_{name}"] = {
            "lock": each.encode().hex(),
            "ways": [[plain(one.record()) for one in gates] for gates in each.ways],
            "ours": ours,
            "table": [
                {"way": row.way, "early": row.early, "strength": str(row.strength)} for row in said.rows
            ],
            "sentences": list(said.sentences),
            "strength": str(said.strength),
        }
    return files


def ways() -> dict[str, Any]:
    """Both ways of one lock, as files that anybody can open who has the words, and parcel or round."""
    each = lock(ANNA, in_days=366)
    (chain, round), *_ = each.rounds()
    signature = ANNA.signature(round)
    seeds = {GATE: bytes.fromhex(DEALT["secret"]), SILENCE.recipient.public: SILENCE.seed}
    keys = Keys(lambda chain, round: signature, seeds.get)
    old = before("last", "ways").get("ways", [])
    files = []
    for number in (1, 2):
        try:
            assert way.open_way(each, number, bytes.fromhex(old[number - 1]), keys) == (KEY, EML)
            files.append(old[number - 1])
        except (IndexError, TwinbellError):
            files.append(way.build(each, number, KEY, EML).hex())
    return {
        "lock": each.encode().hex(),
        "shares": WORDS,
        "silence_seed": SILENCE.seed.hex(),
        "chain": chain.chain.hash.hex(),
        "round": round,
        "signature": signature.hex(),
        "ways": files,
        "inside": way.identity_file(each.letter, EML, KEY).decode(),
        "page": page(each, BOND).decode(),
    }


def release() -> dict[str, Any]:
    """When a guardian may release; times in seconds after the share came."""
    wait_s = 37 * DAY_S
    seat = Seat(ask=GUARDIAN_ASK, given=GIVEN)
    held = HeldShare(share=SHARE, since_s=NOW_S)
    no = Answer.NO
    looser = terms(number=3, every=1, grace=3)
    cases: list[tuple[str, Seat, Answer | None, int]] = [
        ("after the wait, and having said no", seat, no, wait_s),
        ("a second before", seat, no, wait_s - 1),
        ("without an answer of one's own", seat, None, wait_s),
        ("not knowing", seat, Answer.UNKNOWN, wait_s),
        ("having heard from them", seat, Answer.YES, wait_s),
        ("a sign of life within the wait", replace(seat, life_s=NOW_S + DAY_S), no, wait_s),
        ("a sign of life before the wait", replace(seat, life_s=NOW_S + DAY_S), no, wait_s + DAY_S),
        ("a sign of life from a clock ahead", replace(seat, life_s=NOW_S + 99 * DAY_S), no, 98 * DAY_S),
        ("away", replace(seat, away_s=NOW_S + 90 * DAY_S), no, 90 * DAY_S - 1),
        ("back since yesterday", replace(seat, away_s=NOW_S + 90 * DAY_S), no, 91 * DAY_S),
        ("long back", replace(seat, away_s=NOW_S + 90 * DAY_S), no, 90 * DAY_S + wait_s),
        ("stopped", replace(seat, stopped=kdf.sha256(STOP)), no, wait_s),
        ("a stop of other terms", replace(seat, stopped=kdf.sha256(bytes(16))), no, wait_s),
        ("under duress", replace(seat, duress_s=NOW_S + 10 * DAY_S), no, 50 * DAY_S - 1),
        ("duress long ago", replace(seat, duress_s=NOW_S + 10 * DAY_S), no, 50 * DAY_S),
        ("looser terms that wait", _coming(seat, looser, 40), no, 5 * DAY_S),
        ("looser terms that hold", _coming(seat, looser, 4), no, 5 * DAY_S),
        ("no seat", replace(seat, given=None), no, wait_s),
    ]
    rows = []
    for says, each, answer, after_s in cases:
        ruling = last.may_release(each, held, answer=answer, writer="Ana", now_s=NOW_S + after_s)
        rows.append(
            {
                "says": says,
                "seat": plain(each.to_record()),
                "answer": answer.value if answer else None,
                "now_s": NOW_S + after_s,
                "allowed": ruling.allowed,
                "refusal": ruling.refusal,
                "warning": ruling.warning,
            }
        )
    return {"since_s": NOW_S, "writer": "Ana", "cases": rows}


def _coming(seat: Seat, looser: Any, in_days: int) -> Seat:
    from vectors.make_guardians import KEY as WATCH_KEY

    from twinbell.bond.watchsight import under

    given = under(GIVEN, looser.sign(WATCH_KEY).to_bytes())
    return replace(seat, coming=given, coming_s=NOW_S + in_days * DAY_S)


def fates() -> dict[str, Any]:
    made = [
        Fate(at_parting=parting, both_silent=silent, heir="Olga" if silent is BothSilent.HEIR else "")
        for parting in AtParting
        for silent in BothSilent
    ]
    rows = [
        {"fate": each.to_record(), "words": each.words(reader="Grace", floor="10 October 2027")}
        for each in made
    ]
    return {"reader": "Grace", "floor": "10 October 2027", "fates": rows}


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    with encapsulations(None):
        return written(
            {
                "gate": gate(),
                "parcel": parcel(),
                **locks(),
                "ways": ways(),
                "release": release(),
                "fates": fates(),
            }
        )


if __name__ == "__main__":
    save("last", build())
