/**
 * Coming back from paper: what a kit page and a keyring make of a new device, and what the peer does then.
 *
 *     here     the page gives the root; the root opens `keyring.age`; both make a pendant for this new device. It
 *              begins a new epoch, signed by the root, since whatever was on the devices before may be in other
 *              hands now; and says so to the peer: `control-restored`, signed by the root too.
 *     there    the peer's client gives every letter of the bond again, in both directions, and what it has told of
 *              its person. This is the second and last thing that is answered without a person.
 *
 * Nobody gets anything without the root's signature. What is given again is sealed as it was, to both people and
 * both papers, so a stranger who could ask for it could not read it.
 */

import { type Random, randomBytes, same } from "../bytes";
import { SigningKey } from "../crypto/signing";
import { Damaged, Refused } from "../errors";
import { isSame, NOTHING_SAID } from "./about";
import { type Bundle, BUNDLE_BYTES_MAX } from "./bundle";
import * as control from "./control";
import { Standing } from "./control";
import { type Effect, type Event, tell } from "./event";
import { givenAgain } from "./guarding";
import { Device, Keyring } from "./keys";
import type { Page, Root } from "./kit";
import { Pendant } from "./pendant";
import { Fields } from "./record";
import { copied, deposit, type Now, sendControl, type Step } from "./writing";

/**
 * Return the keyring of a kit page out of its `keyring.age`.
 *
 * Throws `NotForMe` where this is another's keyring, `Damaged` where it is not the one that the page means, and
 * `Refused` for a bond that its person has ended.
 */
export async function openKeyring(page: Page, sealed: Uint8Array): Promise<Keyring> {
  const keyring = await Keyring.open(sealed, page.root.ageSeed);
  const { root, bond, peer } = keyring;
  if (!same(root, page.root.signingKey.verifyKey.raw) || bond === null || peer === null) {
    throw new Damaged("This keyring is not the one of this kit page.", { code: "kit.keyring" });
  }
  if (!same(peer.fingerprint, page.peer)) {
    throw new Damaged("This keyring is of a bond with somebody else than the kit page names.", {
      code: "kit.peer",
    });
  }
  if (keyring.partedS > 0) {
    throw new Refused("This bond was ended by you, and paper does not begin it again.", {
      code: "kit.parted",
    });
  }
  return keyring;
}

/** Return a pendant for a device that is new to this bond. Save it with what follows from `CameBack`. */
export function restore(keyring: Keyring, root: Root, random: Random = randomBytes): Pendant {
  if (keyring.peer === null) throw new Damaged("This keyring has no bond in it.");
  const device = Device.generate(random, { root, relay: keyring.relay }).with({ root: new Uint8Array() });
  return new Pendant({ keyring, device, standing: standingOf(keyring.peer) });
}

export async function cameBack(before: Pendant, { root, leap }: Event<"CameBack">, now: Now): Promise<Step> {
  // The serial of copies was counted on the device that is gone; the time is beyond any count.
  const begun = before.with({ restoredS: now.nowS, dailyS: now.nowS, serial: now.nowS });
  // By the epoch before: the new one travels in a blob, and what names it would come before it.
  const signed = control.sign(begun.keyring, control.RESTORED, { device: begun.device.id }, now.nowS, root);
  const [anew, renewed] = await newEpoch(begun, root, now, leap);
  const [saying, told] = await deposit(anew, signed, { ...now, byPerson: false });
  const [pendant, copies] = await copied(saying, now);
  return [pendant, [...renewed, ...told, ...copies]];
}

/** Begin a new epoch. The old inbox key stays for what is under way; the old deposit token ends. */
export async function newEpoch(before: Pendant, root: Root | null, now: Now, leap = 0): Promise<Step> {
  const keyring = before.keyring.withEpoch(before.device, now.nowS, now.random, leap);
  const signed = control.signEpoch(before.keyring, keyring, now.nowS, root);
  const renewed = before.withKeyring(keyring).with({ inboxUsedS: 0 });
  const [pendant, told] = await deposit(renewed, signed, { ...now, byPerson: false });
  return [pendant, [{ type: "Register", record: pendant.registration }, ...told]];
}

/** Give the peer, who came back with nothing, what is theirs: it was theirs before. */
export async function peerRestored(before: Pendant, judged: control.Judged, now: Now): Promise<Step> {
  const device = judged.fields.data("device", 8);
  const quiet = { ...now, byPerson: false };
  if (judged.atS <= before.standing.restoredAtS) return [before, []];
  let pendant = before.with({ standing: before.standing.with({ restoredAtS: judged.atS }) });
  const effects: Effect[] = [tell({ type: "Restored", device })];
  const earlier = pendant.keyring.identities.slice(0, -1);
  if (earlier.length > 0) {
    // Or they could not check what was written before.
    const identities = earlier.map((seed) => new SigningKey(seed).verifyKey.raw);
    const [after, told] = await sendControl(pendant, control.IDENTITIES, { identities }, quiet);
    pendant = after;
    effects.push(...told);
  }
  if (!isSame(pendant.aboutOurs, NOTHING_SAID)) {
    const [after, told] = await deposit(pendant, { kind: "about", ...pendant.aboutOurs }, quiet);
    pendant = after;
    effects.push(...told);
  }
  const [after, given] = await givenAgain(pendant, now);
  return [after, [...effects, ...given, { type: "GiveLetters" }]];
}

/** Return by what right the peer's keys are theirs, as their bundle shows it. */
function standingOf(peer: Bundle): Standing {
  const outer = Fields.of(peer.signed, "signed-bundle", { bytesMax: BUNDLE_BYTES_MAX });
  return new Standing(outer.has("by_root") ? { rootedEpoch: peer.epoch } : { byRoot: false });
}
