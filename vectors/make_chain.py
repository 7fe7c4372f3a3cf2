"""Make vectors/chain/: what is delivered, dropped, told and asked for; and which change of keys holds."""

from dataclasses import replace
from typing import Any

from vectors.chance import Drawn, save, written
from vectors.make_keys import NOW_S, person

from twinbell.bond import arrival, control
from twinbell.bond import event as ev
from twinbell.bond.chain import DAY_S, WINDOW, Receiving, Sending
from twinbell.bond.keys import Bond, Bundle, Role
from twinbell.bond.message import Control
from twinbell.bond.pendant import Pendant
from twinbell.bond.record import Record
from twinbell.crypto.kdf import sha256
from twinbell.encoding import encode

DEVICE = Drawn("chain device")(8)


class Sender:
    """A device that counts; `copy` is what a backup of it would be."""

    def __init__(self, chain: Sending | None = None) -> None:
        self.chain = chain or Sending()

    def says(self, text: str, sent_s: int = NOW_S) -> dict[str, Any]:
        digest = sha256(text.encode(), self.chain.prev)
        body = {"n": self.chain.next, "digest": digest, "prev": self.chain.prev, "sent_s": sent_s}
        self.chain = self.chain.after(digest)
        return body

    def copy(self) -> "Sender":
        return Sender(self.chain)


def scenario(says: str, bodies: list[dict[str, Any]], *, begun: int = 0) -> dict[str, Any]:
    """Give the bodies to a new chain one after the other, and write down what each is."""
    chain = Receiving(device=DEVICE).begun_at(begun)
    rows = []
    for body in bodies:
        chain, verdict = chain.accept(**body, prekey=1, now_s=NOW_S)
        shown = {key: value.hex() if isinstance(value, bytes) else value for key, value in body.items()}
        rows.append(shown | {"is": verdict.value})
    return {
        "says": says,
        **({"begun": begun} if begun else {}),
        "bodies": rows,
        "next": chain.next,
        "gaps": [[gap.first, gap.last] for gap in chain.gaps],
    }


def chains() -> dict[str, dict[str, Any]]:
    sender = Sender()
    five = [sender.says(f"body {n}") for n in range(5)]
    restored = Sender()
    before = [restored.says(f"before {n}") for n in range(2)]
    copy = restored.copy()
    gone, after = restored.says("said before the restore"), [copy.says(f"after {n}") for n in range(2)]
    old = Sender()
    first = old.says("long ago")
    backup = old.copy()
    many = [old.says(str(n), NOW_S + 60 * n) for n in range(WINDOW + 2)]
    late = backup.says("from a drawer", NOW_S + 60 * 2 * WINDOW)
    return {
        "in_order": scenario("each is the next", five),
        "doubles": scenario("a double is dropped, however late", [*five, five[4], five[0], five[2]]),
        "gap": scenario("what is missing shows as a range", [five[0], five[4]]),
        "gap_closed": scenario("what comes late closes it", [five[0], five[4], five[2], five[1], five[3]]),
        "begins_late": scenario("a chain begins at 0", [five[3]]),
        "back_from_paper": scenario(
            "who came back misses nothing before the first body, and takes what comes of it once",
            [five[2], five[4], five[0], five[1], five[0], five[3]],
            begun=2,
        ),
        "restored": scenario("an older copy counts again", [*before, gone, *after, after[0], gone]),
        "another_past": scenario(
            "it follows a body that we do not have", [five[0], five[1] | {"prev": bytes(32)}]
        ),
        "beyond_the_window": _folded(
            scenario("below the last 1024, the time it was sent decides", [first, *many, first, late, late]),
            len(many),
        ),
    }


def _folded(file: dict[str, Any], count: int) -> dict[str, Any]:
    """Write the many bodies behind the first as a rule: each is the next, and a minute after the last."""
    first, last = file["bodies"][1], file["bodies"][count]
    rule = {"digest": "SHA-256(text ‖ prev), text = the decimal number of the filler from 0", "every_s": 60}
    fillers = {"fillers": count, "first": first, "last": last, **rule}
    return file | {"bodies": [file["bodies"][0], fillers, *file["bodies"][count + 1 :]]}


def heads() -> dict[str, Any]:
    sender, chain = Sender(), Receiving(device=DEVICE)
    for day in range(6):
        chain, _ = chain.accept(**sender.says(str(day)), prekey=1, now_s=NOW_S + day * DAY_S)
    rows = []
    for after_s in (0, 3600, DAY_S, 2 * DAY_S, 3 * DAY_S):
        now_s = NOW_S + 5 * DAY_S + after_s
        head = chain.head(now_s, exact=False)
        rows.append({"now_s": now_s, "head": head[1] if head else None})
    return {
        "says": "without receipts a head names what came before yesterday began (UTC)",
        "arrived_s": [NOW_S + day * DAY_S for day in range(6)],
        "heads": rows,
    }


def pendants() -> tuple[Pendant, Pendant]:
    """Two pendants with a bond that no bell has made."""
    (root_a, device_a, ana), (root_b, device_b, ben) = person("Ana"), person("Ben")
    bond = Bond(id=Drawn("control bond")(32), role=Role.GIVER, words=bytes(9), since_s=NOW_S)
    ana = replace(ana, bond=bond, peer=Bundle.parse(ben.bundle(root_b)))
    ben = replace(ben, bond=replace(bond, role=Role.ANSWERER), peer=Bundle.parse(ana.bundle(root_a)))
    return Pendant(keyring=ana, device=device_a), Pendant(keyring=ben, device=device_b)


def changes() -> dict[str, dict[str, Any]]:
    ana, ben = pendants()
    root = person("Ana")[0]
    by_root = _epoch(ana, Drawn("by the owner"), root=root)
    by_thief = _epoch(ana, Drawn("by a thief"))
    by_other = _epoch(ana, Drawn("by the owner without paper"))
    verified = control.sign(ana.keyring, control.VERIFIED, {"root": ben.keyring.root}, NOW_S)
    receipts = control.sign(ana.keyring, control.RECEIPTS, {"on": True}, NOW_S)
    draw = Drawn("a new inbox")
    anew = ana.keyring.with_prekey(NOW_S, draw).with_inbox(draw)
    inbox: Record = {"inbox": anew.inbox.to_record(), "prekey": anew.prekeys[-1].public.to_record()}
    renewed = control.sign(ana.keyring, control.INBOX, inbox, NOW_S)
    back: Record = {"device": Drawn("device after paper")(8)}
    restored = control.sign(ana.keyring, control.RESTORED, back, NOW_S, root=root)
    again = control.sign(ana.keyring, control.RESTORED, back, NOW_S + DAY_S, root=root)
    by_stranger = control.sign(ana.keyring, control.RESTORED, back, NOW_S, root=person("Ben")[0])
    keys: Record = {"identities": [Drawn("an identity before")(32), Drawn("and another")(32)]}
    earlier = control.sign(ana.keyring, control.IDENTITIES, keys, NOW_S)
    nonsense = control.sign(ana.keyring, control.IDENTITIES, {"identities": [bytes(31)]}, NOW_S)
    return {
        "control_verified": _judged(ben, [verified], "the words were compared"),
        "control_receipts": _judged(ben, [receipts], "receipts are allowed"),
        "control_inbox": _judged(ben, [renewed], "a new inbox key and deposit token"),
        "control_epoch_by_root": _judged(ben, [by_root], "the keys change for good"),
        "control_epoch_by_identity": _judged(ben, [by_thief], "the keys change until the words are compared"),
        "control_root_then_thief": _judged(ben, [by_root, by_thief], "root beats identity"),
        "control_thief_then_root": _judged(ben, [by_thief, by_root], "in any order"),
        "control_two_by_identity": _judged(ben, [by_thief, by_other], "between equals the smaller hash"),
        "control_two_by_identity_reversed": _judged(ben, [by_other, by_thief], "in any order"),
        "control_restored": _judged(
            ben, [restored], "back from paper: every letter is given again", caused=True
        ),
        "control_restored_twice": _judged(
            ben,
            [again, restored, again],
            "once for each coming back, and never for an older one",
            caused=True,
        ),
        "control_identities": _judged(ben, [earlier], "keys that signed before", identities=True),
        "refused_control_restored_by_identity": _judged(
            ben,
            [replace_signature(restored, by_root=None)],
            "only paper can say so: a thief of the identity gets nothing",
            caused=True,
        ),
        "refused_control_restored_by_another_root": _judged(
            ben,
            [replace_signature(restored, by_root=by_stranger.by_root)],
            "the root of somebody else",
            caused=True,
        ),
        "refused_control_identities": _judged(ben, [nonsense], "a key has 32 bytes", identities=True),
        "refused_control_unsigned": _judged(ben, [Control(verified.record, None, None)], "signed by nobody"),
        "refused_control_of_another_type": _judged(
            ben, [Control(verified.record, None, receipts.by_identity)], "the signature of another record"
        ),
        "refused_control_sent_back": _judged(
            ben, [control.sign(ben.keyring, control.RECEIPTS, {"on": True}, NOW_S)], "our own, sent back"
        ),
    }


def replace_signature(content: Control, *, by_root: bytes | None) -> Control:
    return Control(content.record, by_root, content.by_identity)


def _epoch(pendant: Pendant, draw: Drawn, *, root: Any = None) -> Control:
    after = pendant.keyring.with_epoch(pendant.device, NOW_S, draw)
    return control.sign_epoch(pendant.keyring, after, NOW_S, root=root)


def _judged(
    ben: Pendant, changes: list[Control], says: str, *, caused: bool = False, identities: bool = False
) -> dict[str, Any]:
    """Give the changes to Ben one after the other; what he believes then, and what he was told."""
    bond = ben.bond
    rows, refused, pendant = [], False, ben
    for content in changes:
        pendant, effects = arrival.controlled(pendant, content, (), NOW_S, Drawn("Ben answers"))
        told = [effect.news for effect in effects if isinstance(effect, ev.Tell)]
        refused = refused or ev.ControlRefused() in told
        rows.append(
            {
                "record": content.record.hex(),
                "by_root": content.by_root.hex() if content.by_root else None,
                "by_identity": content.by_identity.hex() if content.by_identity else None,
                "told": [type(news).__name__ for news in told],
                **({"caused": [type(effect).__name__ for effect in effects]} if caused else {}),
            }
        )
    peer = pendant.peer
    return {
        "says": says,
        "bond": bond.id.hex(),
        "our_root": ben.keyring.root.hex(),
        "peer_bundle": ben.peer.signed.hex(),
        "changes": rows,
        "then": {
            "epoch": peer.epoch,
            "identity": peer.identity.hex(),
            "inbox": encode(peer.inbox.to_record()).hex(),
            "final": pendant.standing.by_root,
            "receipts": pendant.receipts_theirs,
            "peer_verified_s": pendant.peer_verified_s,
            **({"restored_at_s": pendant.standing.restored_at_s} if caused else {}),
            **({"identities": [key.hex() for key in pendant.identities]} if identities else {}),
        },
        **({"refuses": "control", "reason": says} if refused and len(changes) == 1 else {}),
    }


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    return written({**chains(), "heads": heads(), **changes()})


if __name__ == "__main__":
    save("chain", build())
