"""Make vectors/watch/: terms, who may change them, what is said to a watch, and what a relay shows of it."""

from dataclasses import replace
from typing import Any

from vectors.chance import Drawn, before, encapsulations, save, written
from vectors.make_silence import rule

from twinbell.crypto import kdf, xwing
from twinbell.crypto.signing import SigningKey
from twinbell.encoding import decode, encode
from twinbell.errors import Conflict, Stale
from twinbell.wire.life import Alive, Away, Life, Note, notes_hash
from twinbell.wire.push import Subscription
from twinbell.wire.signed import Signed, sign
from twinbell.wire.silence import Answer, Marks, Reminder, Stage
from twinbell.wire.terms import LABEL_TERMS, Terms, change, consent, watch_id
from twinbell.wire.watch import AppriseChannel, Ballot, Channels, Doorbell, PushChannel, doorbell
from twinbell.wire.watchview import ChannelState, Gap, Part, Pending, View, Why

NOW_S = 1_790_000_000
DAY = 86_400
draw = Drawn("watch")
KEY, HAND, STRANGER = (SigningKey(draw(32)) for _ in range(3))
SEATS = [SigningKey(draw(32)) for _ in range(4)]
WATCH = watch_id(KEY.verify_key.raw)
GUARDIANS = tuple(consent(key, WATCH, 20_700 + n, token=kdf.sha256(draw(32))) for n, key in enumerate(SEATS))
STOP = draw(16)
TERMS = Terms(
    key=KEY.verify_key.raw,
    number=7,
    epoch=2,
    unit_s=DAY,
    every=30,
    grace=7,
    veto=7,
    zone="Asia/Tokyo",
    k=2,
    guardians=GUARDIANS[:3],
    reader=kdf.sha256(draw(32)),
    owner=kdf.sha256(draw(32)),
    stop=kdf.sha256(STOP),
    hands=(HAND.verify_key.raw,),
    armed=True,
)
REHEARSAL = replace(TERMS, unit_s=2, rehearsal=True, number=2, epoch=1, every=1, grace=1, veto=1)
FIRST = replace(TERMS, number=1, epoch=0, armed=False, guardians=(), hands=())
NOTES = {guardian.seat: draw(1_264) for guardian in TERMS.guardians}
ALIVE = Alive(watch=WATCH, epoch=2, n=NOW_S, day=20_717, notes=notes_hash(NOTES))
AWAY = Away(watch=WATCH, n=NOW_S, from_s=NOW_S, until_s=NOW_S + 60 * DAY)
BALLOT = Ballot(watch=WATCH, epoch=2, seat=GUARDIANS[1].seat, answer=Answer.NO, n=NOW_S)
CHANNELS = Channels(
    (
        PushChannel("phone", Subscription("https://push.example/abc", b"\x04" + draw(64), draw(16))),
        AppriseChannel("mail", "mailto://mei:secret@mail.example"),
    )
)
DOORBELL = Doorbell(draw(16), draw(32))
VIEW = View(
    part=Part.OWNER,
    stage=Stage.VETO,
    counted=5_000_000,
    start=1_000_000,
    marks=Marks(late=3_592_000, asking=4_196_800, veto=4_200_000, silent=None),
    floor=900_000,
    gaps=(
        Gap(NOW_S, 7_200, Why.DOWN),
        Gap(NOW_S + 9_000, 60, Why.CLOCK),
        Gap(NOW_S + 9_999, 61, Why.RESTORED),
    ),
    terms=TERMS.sign(KEY),
    pending=Pending(replace(TERMS, number=8, every=9).sign(KEY), 9_000_000),
    life=ALIVE.sign(HAND),
    note=NOTES[GUARDIANS[0].seat],
    away=AWAY.sign(KEY),
    votes=(BALLOT.sign(SEATS[1]),),
    asked=(GUARDIANS[0].seat, GUARDIANS[1].seat),
    stop=STOP,
    called=3,
    accepted=(Reminder("mail", 3_592_001),),
    channels=(ChannelState("mail", "apprise", 3_592_001), ChannelState("phone", "push", None)),
    parcels=(draw(16),),
    fetched=(draw(16),),
)
LATE_AT_9 = Marks(late=9, asking=None, veto=None, silent=None)
BARE = View(
    part=Part.READER, stage=Stage.KEPT, counted=0, start=0, marks=LATE_AT_9, floor=0, terms=FIRST.sign(KEY)
)


RAIN = {"began": 1, "seconds": 1, "why": "rain"}

# --- terms


def terms(signed: Signed, **more: Any) -> dict[str, Any]:
    return {"kind": "terms", "watch": WATCH.hex(), "signed": signed.to_bytes().hex(), **more}


def says(own: Terms) -> dict[str, Any]:
    return {
        "number": own.number,
        "epoch": own.epoch,
        "armed": own.armed,
        "wait_s": own.wait_s,
        **rule(own.rule()),
    }


def changed(data: bytes, **fields: Any) -> bytes:
    record = decode(data, bytes_max=9_999)
    assert isinstance(record, dict)
    return encode({name: value for name, value in (record | fields).items() if value is not ...})


def resigned(**fields: Any) -> Signed:
    return sign(KEY, LABEL_TERMS, changed(TERMS.to_bytes(), **fields))


def all_terms() -> dict[str, dict[str, Any]]:
    good = {
        "terms": TERMS,
        "terms_first": FIRST,
        "terms_of_a_rehearsal": REHEARSAL,
        "terms_with_one_guardian": replace(TERMS, guardians=GUARDIANS[:1], k=1),
        "terms_disarmed": replace(TERMS, armed=False, guardians=()),
        "terms_longest": replace(
            TERMS, every=400, grace=400, veto=400, guardians=GUARDIANS, k=4, number=2**53 - 1
        ),
    }
    people = [guardian.to_value() for guardian in GUARDIANS]
    unwilling = replace(GUARDIANS[2], consent=GUARDIANS[1].consent)
    elsewhere = consent(SEATS[2], bytes(16), 20_702, token=GUARDIANS[2].token)
    bad: dict[str, tuple[Signed, str]] = {
        "by_a_hand": (TERMS.sign(HAND), "the watch's own key signs its terms"),
        "by_a_stranger": (TERMS.sign(STRANGER), "the watch's own key signs its terms"),
        "changed": (
            Signed(replace(TERMS, every=1).to_bytes(), TERMS.sign(KEY).by),
            "the signature is over the bytes",
        ),
        "with_a_sign_of_lifes_signature": (Signed(TERMS.to_bytes(), ALIVE.sign(KEY).by), "another label"),
        "of_another_watch": (
            replace(TERMS, key=STRANGER.verify_key.raw).sign(STRANGER),
            "the id is of another key",
        ),
        "with_a_foreign_id": (resigned(watch=bytes(16)), "the id is the hash of the key"),
        "of_version_2": (resigned(v=2), "made by a newer Twinbell"),
        "with_more": (resigned(more=1), "a field that nobody knows might loosen them"),
        "without_a_zone": (resigned(zone=...), "every field is there"),
        "in_hours": (resigned(unit=3_600), "a watch counts in days"),
        "of_a_slow_rehearsal": (resigned(unit=61, rehearsal=True), "60 seconds at most"),
        "with_little_grace": (resigned(grace=2), "three reminders take three days"),
        "with_401_days": (resigned(every=401), "400 units at most"),
        "without_a_veto": (resigned(veto=0), "one unit at least"),
        "of_epoch_0_armed": (resigned(epoch=0), "what was never armed is not armed"),
        "with_a_high_epoch": (resigned(epoch=8), "no more epochs than numbers"),
        "with_one_of_three": (resigned(k=1), "two at least must agree"),
        "with_four_of_three": (resigned(k=4), "there are three"),
        "armed_without_guardians": (resigned(guardians=[]), "somebody must be asked"),
        "with_a_guardian_twice": (resigned(guardians=[people[0], people[1], people[0]]), "each once"),
        "with_a_guardian_who_did_not_consent": (
            replace(TERMS, guardians=(*GUARDIANS[:2], unwilling)).sign(KEY),
            "each guardian signs a consent",
        ),
        "with_a_guardian_of_another_watch": (
            replace(TERMS, guardians=(*GUARDIANS[:2], elsewhere)).sign(KEY),
            "the consent is to one watch",
        ),
        "with_a_guardian_among_the_hands": (
            resigned(hands=[GUARDIANS[0].seat]),
            "nobody is their own guardian",
        ),
        "with_one_token_for_two": (resigned(reader=TERMS.owner), "each token has one right"),
    }
    files = {name: terms(own.sign(KEY), says=says(own)) for name, own in good.items()}
    for name, (signed, reason) in bad.items():
        files[f"refused_terms_{name}"] = terms(signed, refuses="terms", reason=reason)
    return files


# --- changes


def changes() -> dict[str, dict[str, Any]]:
    never = replace(TERMS, epoch=0, armed=False)
    off = replace(TERMS, armed=False)
    waiting = replace(TERMS, number=8, every=9)
    longer, shorter = {"every": 31}, {"every": 29}
    again = {"epoch": 3, "armed": True}
    other_stop = {"stop": bytes(32)}
    cases: dict[str, tuple[Terms, dict[str, Any], Stage, Terms | None]] = {
        "longer": (TERMS, longer, Stage.KEPT, None),
        "shorter": (TERMS, shorter, Stage.KEPT, None),
        "shorter_while_asking": (TERMS, shorter, Stage.ASKING, None),
        "shorter_before_arming": (never, shorter, Stage.KEPT, None),
        "shorter_while_disarmed": (off, shorter, Stage.KEPT, None),
        "longer_and_less_grace": (TERMS, {"every": 400, "grace": 6}, Stage.KEPT, None),
        "more_must_agree": (TERMS, {"k": 3}, Stage.KEPT, None),
        "fewer_guardians": (TERMS, {"guardians": GUARDIANS[1:3]}, Stage.KEPT, None),
        "another_order": (TERMS, {"guardians": GUARDIANS[2::-1]}, Stage.KEPT, None),
        "one_guardian_more": (TERMS, {"guardians": GUARDIANS}, Stage.KEPT, None),
        "a_guardians_token": (
            TERMS,
            {"guardians": (*GUARDIANS[:2], replace(GUARDIANS[2], token=bytes(32)))},
            Stage.KEPT,
            None,
        ),
        "a_hand_more": (TERMS, {"hands": (*TERMS.hands, STRANGER.verify_key.raw)}, Stage.KEPT, None),
        "a_hand_less": (TERMS, {"hands": ()}, Stage.KEPT, None),
        "a_zone": (TERMS, {"zone": "Europe/Berlin"}, Stage.KEPT, None),
        "the_reader": (TERMS, {"reader": bytes(32)}, Stage.KEPT, None),
        "the_owner": (TERMS, {"owner": bytes(32)}, Stage.KEPT, None),
        "the_stop_code": (TERMS, other_stop, Stage.KEPT, None),
        "nothing": (TERMS, {}, Stage.KEPT, None),
        "a_number_skipped": (TERMS, {"number": 12}, Stage.KEPT, None),
        "back_to_the_old": (TERMS, {"number": 9}, Stage.KEPT, waiting),
        "waiting_ones_replaced": (TERMS, {"number": 9, "every": 10}, Stage.LATE, waiting),
        "disarmed": (TERMS, {"armed": False}, Stage.KEPT, None),
        "armed_first": (never, {"epoch": 1, "armed": True, "every": 1}, Stage.KEPT, None),
        "armed_anew": (TERMS, again, Stage.VETO, None),
        "armed_anew_and_shorter": (TERMS, again | shorter, Stage.KEPT, None),
        "armed_after_silence": (TERMS, again, Stage.SILENT, None),
        "armed_after_a_return": (TERMS, again | longer, Stage.RETURNED, None),
        "armed_after_a_stop": (TERMS, again | other_stop, Stage.STOPPED, None),
        "refused_a_number_again": (TERMS, {"number": 7} | longer, Stage.KEPT, None),
        "refused_a_number_that_waits": (TERMS, {"number": 8}, Stage.KEPT, waiting),
        "refused_a_lower_epoch": (TERMS, {"epoch": 1}, Stage.KEPT, None),
        "refused_arming_in_the_same_epoch": (off, {"armed": True}, Stage.KEPT, None),
        "refused_an_epoch_without_arming": (TERMS, {"epoch": 3, "armed": False}, Stage.KEPT, None),
        "refused_into_a_rehearsal": (TERMS, {"unit_s": 2, "rehearsal": True}, Stage.KEPT, None),
        "refused_longer_after_silence": (TERMS, longer, Stage.SILENT, None),
        "refused_shorter_after_silence": (TERMS, again | shorter, Stage.SILENT, None),
        "refused_shorter_after_a_return": (TERMS, again | shorter, Stage.RETURNED, None),
        "refused_after_a_stop_with_the_code_shown": (TERMS, again, Stage.STOPPED, None),
        "refused_disarming_after_a_stop": (TERMS, {"armed": False} | other_stop, Stage.STOPPED, None),
    }
    files = {}
    for name, (held, more, stage, pending) in cases.items():
        new = replace(held, **({"number": 8} | more))
        file = {
            "kind": "change",
            "stage": stage.value,
            "held": held.to_bytes().hex(),
            "new": new.to_bytes().hex(),
        }
        if pending:
            file["pending"] = pending.to_bytes().hex()
        title = name.removeprefix("refused_")
        files[("refused_" if title != name else "") + f"change_{title}"] = file | _when(
            held, new, pending, stage
        )
    return files


def _when(held: Terms, new: Terms, pending: Terms | None, stage: Stage) -> dict[str, Any]:
    try:
        return {"when": change(held, new, pending=pending, stage=stage).value}
    except Stale as error:
        return {"refuses": "stale", "reason": str(error), "newest": error.newest}
    except Conflict as error:
        return {"refuses": "change", "reason": str(error)}


# --- what is said


def to_terms(kind: str, body: Life | Signed, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "terms": TERMS.to_bytes().hex(), "body": body.to_bytes().hex(), **more}


def said() -> dict[str, dict[str, Any]]:
    seat = GUARDIANS[0].seat
    ended = replace(AWAY, from_s=0, until_s=0)
    alive = {"type": "watch-alive", "epoch": 2, "n": NOW_S, "day": 20_717}
    files = {
        "life": to_terms("life", Life(ALIVE.sign(KEY), NOTES), says=alive),
        "life_by_a_hand": to_terms("life", Life(ALIVE.sign(HAND), NOTES), says=alive),
        "life_away": to_terms(
            "life",
            Life(AWAY.sign(KEY)),
            says={"type": "watch-away", "n": NOW_S, "from_s": NOW_S, "until_s": NOW_S + 60 * DAY},
        ),
        "life_back": to_terms(
            "life", Life(ended.sign(KEY)), says={"type": "watch-away", "n": NOW_S, "from_s": 0, "until_s": 0}
        ),
    }
    bad: dict[str, tuple[Life, str]] = {
        "by_a_guardian": (Life(ALIVE.sign(SEATS[0]), NOTES), "only the writer and her hands sign life"),
        "away_by_a_hand": (Life(AWAY.sign(HAND)), "an absence is said by the writer alone"),
        "of_another_watch": (Life(replace(ALIVE, watch=bytes(16)).sign(KEY), NOTES), "another watch"),
        "changed": (
            Life(Signed(replace(ALIVE, n=NOW_S + 1).to_bytes(), ALIVE.sign(KEY).by), NOTES),
            "over the bytes",
        ),
        "without_its_notes": (Life(ALIVE.sign(KEY)), "the record says which notes come with it"),
        "with_other_notes": (
            Life(ALIVE.sign(KEY), NOTES | {seat: bytes(1_264)}),
            "the record says which notes",
        ),
        "with_short_notes": (Life(ALIVE.sign(KEY), {seat: bytes(1_263)}), "every note is of one length"),
        "away_with_notes": (Life(AWAY.sign(KEY), NOTES), "an absence has none"),
        "away_too_long": (Life(replace(AWAY, until_s=NOW_S + 400 * DAY + 1).sign(KEY)), "400 days at most"),
        "away_backwards": (Life(replace(AWAY, until_s=NOW_S).sign(KEY)), "it ends after it begins"),
        "that_is_a_vote": (Life(BALLOT.sign(KEY)), "an answer is no sign of life"),
    }
    for name, (body, reason) in bad.items():
        files[f"refused_life_{name}"] = to_terms("life", body, refuses="life", reason=reason)
    for answer in Answer:
        own = replace(BALLOT, answer=answer)
        files[f"vote_{answer.value}"] = to_terms(
            "vote", own.sign(SEATS[1]), says={"answer": answer.value, "seat": own.seat.hex(), "n": own.n}
        )
    foreign = replace(BALLOT, seat=SEATS[3].verify_key.raw)
    votes = {
        "for_another": (BALLOT.sign(SEATS[0]), "a guardian answers for themselves"),
        "by_no_guardian": (foreign.sign(SEATS[3]), "the terms do not name them"),
        "of_an_older_epoch": (replace(BALLOT, epoch=1).sign(SEATS[1]), "it was armed anew since"),
        "of_another_watch": (replace(BALLOT, watch=bytes(16)).sign(SEATS[1]), "another watch"),
        "perhaps": (Signed(changed(BALLOT.to_bytes(), answer="perhaps"), bytes(64)), "yes, no or unknown"),
    }
    for name, (signed, reason) in votes.items():
        files[f"refused_vote_{name}"] = to_terms("vote", signed, refuses="vote", reason=reason)
    return files


def notes() -> dict[str, dict[str, Any]]:
    seed = Drawn("note")(32)
    files: dict[str, dict[str, Any]] = {}
    for name, note in {"note": Note(False, 20_717), "note_of_duress": Note(True, 20_717)}.items():
        with encapsulations(before("watch", name).get("encapsulations")) as kept:
            sealed = note.seal(xwing.public(seed), WATCH)
        one = {"kind": "note", "watch": WATCH.hex(), "seed": seed.hex(), "sealed": sealed.hex()}
        files[name] = one | {"says": {"duress": note.duress, "day": note.day}, "encapsulations": kept}
    short, elsewhere = dict(files["note"]), dict(files["note"])
    for file in (short, elsewhere):
        del file["says"], file["encapsulations"]
    short |= {"sealed": short["sealed"][:-2], "refuses": "note", "reason": "every note is of one length"}
    elsewhere |= {"watch": bytes(16).hex(), "refuses": "note", "reason": "it was sealed for another watch"}
    return files | {"refused_note_short": short, "refused_note_of_another_watch": elsewhere}


def bodies() -> dict[str, dict[str, Any]]:
    """Bodies that come back as they went."""
    mail = {"name": "mail", "kind": "apprise", "url": "mailto://a"}
    bad_channels = {
        "of_an_unknown_kind": ([{"name": "a", "kind": "sms"}], "push or apprise"),
        "with_one_name_twice": ([mail, mail], "each has a name of its own"),
        "of_nine": ([mail | {"name": f"{n}"} for n in range(9)], "eight at most"),
        "that_move_a_cursor": ([mail | {"name": "\x1b[2J"}], "a name is visible"),
        "without_an_address": ([mail | {"url": "mail to me"}], "a scheme and what follows"),
    }
    files: dict[str, dict[str, Any]] = {
        "channels": {"kind": "channels", "body": CHANNELS.to_bytes().hex(), "says": ["phone", "mail"]},
        "doorbell": {"kind": "doorbell", "body": DOORBELL.to_bytes().hex(), "says": DOORBELL.box.hex()},
        "envelope": {"kind": "envelope", "watch": WATCH.hex(), "body": doorbell(WATCH).hex()},
        "view": {
            "kind": "view",
            "body": VIEW.to_bytes().hex(),
            "says": {"part": "owner", "stage": "veto", "called": 3},
        },
        "view_bare": {
            "kind": "view",
            "body": BARE.to_bytes().hex(),
            "says": {"part": "reader", "stage": "kept", "called": 0},
        },
    }
    for name, (channels, reason) in bad_channels.items():
        body = encode({"v": 1, "type": "watch-channels", "channels": channels})  # type: ignore[dict-item]
        files[f"refused_channels_{name}"] = {
            "kind": "channels",
            "body": body.hex(),
            "refuses": "channels",
            "reason": reason,
        }
    views: dict[str, tuple[dict[str, Any], str]] = {
        "of_an_unknown_stage": ({"stage": "dead"}, "one of seven"),
        "of_an_unknown_part": ({"part": "peer"}, "one of three"),
        "with_a_negative_time": ({"asking": -1}, "counted seconds begin at 0"),
        "with_a_short_note": ({"note": bytes(9)}, "a whole note or none"),
        "with_a_gap_for_rain": ({"gaps": [RAIN]}, "one of three reasons"),
        "with_eight_votes": ({"votes": [VIEW.votes[0].to_value()] * 8}, "seven guardians at most"),
    }
    for name, (fields, reason) in views.items():
        body = changed(VIEW.to_bytes(), **fields)
        files[f"refused_view_{name}"] = {
            "kind": "view",
            "body": body.hex(),
            "refuses": "view",
            "reason": reason,
        }
    return files


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    return written({**all_terms(), **changes(), **said(), **notes(), **bodies()})


if __name__ == "__main__":
    save("watch", build())
