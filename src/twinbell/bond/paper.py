"""Coming back from paper: what a kit page and a keyring make of a new device, and what the peer does then.

    here     the page gives the root; the root opens `keyring.age`; both make a pendant for this new device.
             It begins a new epoch, signed by the root, since whatever was on the devices before may be in
             other hands now; and says so to the peer: `control-restored`, signed by the root too.
    there    the peer's client gives every letter of the bond again, in both directions, and what it has told
             of its person. This is the second and last thing that is answered without a person.

Nobody gets anything without the root's signature. What is given again is sealed as it was, to both people and
both papers, so a stranger who could ask for it could not read it.
"""

from dataclasses import replace

from twinbell.bond import control
from twinbell.bond import event as ev
from twinbell.bond.about import About
from twinbell.bond.control import Standing
from twinbell.bond.guarding import given_again
from twinbell.bond.keys import Bundle, Device, Keyring
from twinbell.bond.kit import Page, Root
from twinbell.bond.pendant import Pendant
from twinbell.bond.record import Fields, Random, Record, fresh
from twinbell.bond.writing import Step, copied, deposit, send_control
from twinbell.encoding import decode_map
from twinbell.errors import Damaged, Refused


def open_keyring(page: Page, sealed: bytes) -> Keyring:
    """Return the keyring of a kit page out of its `keyring.age`.

    Raises `NotForMe` where this is another's keyring, `Damaged` where it is not the one that the page means,
    and `Refused` for a bond that its person has ended.
    """
    keyring = Keyring.open(sealed, page.root.age_seed)
    if keyring.root != page.root.signing_key.verify_key.raw or keyring.bond is None or keyring.peer is None:
        raise Damaged("This keyring is not the one of this kit page.")
    if keyring.peer.fingerprint != page.peer:
        raise Damaged("This keyring is of a bond with somebody else than the kit page names.")
    if keyring.parted_s:
        raise Refused("This bond was ended by you, and paper does not begin it again.")
    return keyring


def restore(keyring: Keyring, root: Root, *, random: Random = fresh) -> Pendant:
    """Return a pendant for a device that is new to this bond. Save it with what follows from `CameBack`."""
    device = replace(Device.generate(random, root=root, relay=keyring.relay), root=b"")
    if keyring.peer is None:
        raise Damaged("This keyring has no bond in it.")
    return Pendant(keyring=keyring, device=device, standing=_standing(keyring.peer))


def came_back(pendant: Pendant, event: ev.CameBack, now_s: int, random: Random) -> Step:
    # The serial of copies was counted on the device that is gone; the time is beyond any count.
    pendant = replace(pendant, restored_s=now_s, daily_s=now_s, serial=now_s)
    # By the epoch before: the new one travels in a blob, and what names it would come before it.
    content: Record = {"device": pendant.device.id}
    signed = control.sign(pendant.keyring, control.RESTORED, content, now_s, root=event.root)
    pendant, renewed = new_epoch(pendant, event.root, now_s, random, leap=event.leap)
    pendant, told = deposit(pendant, signed, now_s, random, by_person=False)
    pendant, copies = copied(pendant, now_s, random)
    return pendant, (*renewed, *told, *copies)


def new_epoch(pendant: Pendant, root: Root | None, now_s: int, random: Random, *, leap: int = 0) -> Step:
    """Begin a new epoch. The old inbox key stays for what is under way; the old deposit token ends."""
    before = pendant.keyring
    after = before.with_epoch(pendant.device, now_s, random, leap=leap)
    signed = control.sign_epoch(before, after, now_s, root=root)
    pendant = replace(pendant.with_keyring(after), inbox_used_s=0)
    pendant, told = deposit(pendant, signed, now_s, random, by_person=False)
    return pendant, (ev.Register(pendant.registration), *told)


def peer_restored(pendant: Pendant, judged: control.Judged, now_s: int, random: Random) -> Step:
    """Give the peer, who came back with nothing, what is theirs: it was theirs before."""
    device = judged.fields.data("device", 8)
    if judged.at_s <= pendant.standing.restored_at_s:
        return pendant, ()
    pendant = replace(pendant, standing=replace(pendant.standing, restored_at_s=judged.at_s))
    effects: tuple[ev.Effect, ...] = (ev.Tell(ev.Restored(device)),)
    if earlier := pendant.keyring.identities[:-1]:  # or they could not check what was written before
        keys: Record = {"identities": [_public(seed) for seed in earlier]}
        pendant, told = send_control(pendant, control.IDENTITIES, keys, now_s, random, by_person=False)
        effects += told
    if pendant.about_ours != About():
        pendant, told = deposit(pendant, pendant.about_ours, now_s, random, by_person=False)
        effects += told
    pendant, given = given_again(pendant, now_s, random)
    return pendant, (*effects, *given, ev.GiveLetters())


def _standing(peer: Bundle) -> Standing:
    """Return by what right the peer's keys are theirs, as their bundle shows it."""
    outer = Fields(decode_map(peer.signed, bytes_max=1 << 16), "signed-bundle")
    if outer.has("by_root"):
        return Standing(rooted_epoch=peer.epoch)
    return Standing(by_root=False)


def _public(seed: bytes) -> bytes:
    from twinbell.crypto.signing import SigningKey

    return SigningKey(seed).verify_key.raw
