/** Watches of one's own as they are kept: read from the keyrings of their bonds, and their rows. What changes them is in `watch`. */

import type { Appointed, Owned } from "../core/bond/watchkeys";
import { hex, same } from "../core/bytes";
import * as kdf from "../core/crypto/kdf";
import { SigningKey } from "../core/crypto/signing";
import { NotFound } from "../core/errors";
import { WATCH_TERMS_BYTES_MAX } from "../core/wire/limits";
import { Signed } from "../core/wire/signed";
import { parseTerms, type Guardian, type Terms } from "../core/wire/terms";
import * as bonds from "./bonds";
import { pendantOf } from "./journal";
import type { BondRow, WatchRow } from "./schema";
import type { Draft, View } from "./vault";

const SIGNED_BYTES_MAX = WATCH_TERMS_BYTES_MAX + 128;
export const DAY_S = 86_400;
export const CONSENT_DAYS = 365; // then a guardian is asked again whether they still want to be one

/** A watch of one's own, as it was when it was read. */
export class Own {
  readonly bond: BondRow;
  readonly owned: Owned;

  constructor(bond: BondRow, owned: Owned) {
    this.bond = bond;
    this.owned = owned;
  }

  get id(): Uint8Array {
    return this.owned.watch;
  }

  get key(): SigningKey {
    return new SigningKey(this.owned.seed);
  }

  /** The newest terms, whether they hold yet or not. */
  get signed(): Signed {
    return Signed.parse(this.owned.terms, { bytesMax: SIGNED_BYTES_MAX });
  }

  get terms(): Terms {
    return parseTerms(this.signed.record);
  }
}

/** One who was asked to be a guardian, and the bond with them. */
export interface Asked {
  readonly bond: BondRow;
  readonly appointed: Appointed;
}

/** The seat of this guardian in the terms, once they have said yes. */
export function consentOf({ appointed }: Asked): Guardian | null {
  if (!appointed.agreed) return null;
  const { seat, token, consent, day } = appointed;
  return { seat, token: kdf.sha256(token), consent, day };
}

/** Whether the consent of this guardian is more than a year old. */
export function isOld({ appointed }: Asked, nowS: number): boolean {
  return appointed.agreed && Math.floor(nowS / DAY_S) - appointed.day > CONSENT_DAYS;
}

/** Return the watches of this home, also of bonds that were ended. */
export function every(view: View, { rehearsals = false } = {}): Own[] {
  return bonds
    .every(view)
    .flatMap((bond) => pendantOf(bond).keyring.watch.owned.map((owned) => new Own(bond, owned)))
    .filter(({ owned }) => owned.rehearsal === rehearsals);
}

/** Return the watch of a bond; throw `NotFound` where there is none. */
export function of(view: View, bond: BondRow): Own {
  const own = every(view).find((each) => same(each.bond.id, bond.id));
  if (own) return own;
  const { peer } = bond;
  throw new NotFound(`You have no watch for ${peer}.`, { code: "watch.none", facts: { peer } });
}

/** Return the watch as it is now. */
export function again(view: View, own: Own): Own {
  const bond = bonds.get(view, own.bond.id);
  const owned = pendantOf(bond).keyring.watch.of(own.id);
  if (owned) return new Own(bond, owned);
  throw new NotFound("There is no such watch here any more.", { code: "watch.none" });
}

/** Return what only this home knows of a watch; null where it was ended. */
export function rowOf(view: View, own: Pick<Own, "id">): WatchRow | null {
  return view.one("watch", hex(own.id));
}

/** Change what only this home knows of a watch, inside a change. */
export function note(draft: Draft, id: Uint8Array, changes: Partial<WatchRow>): void {
  const row = draft.one("watch", hex(id));
  if (!row) return;
  draft.put("watch", { ...row, ...changes });
  draft.events.push({ kind: "watches" });
}

/** Return everybody who was asked to be a guardian, in the order of their bonds. */
export function asked(view: View, own: Own): Asked[] {
  return bonds.living(view).flatMap((bond) => {
    const appointed = pendantOf(bond).keyring.watch.guardian(own.id);
    return appointed ? [{ bond, appointed }] : [];
  });
}

/** Return the seats of those who said yes. */
export function consents(view: View, own: Own): Guardian[] {
  return asked(view, own).flatMap((each) => consentOf(each) ?? []);
}

/** Whether these are the same guardians, by the same consents. */
export function areSame(ours: readonly Guardian[], theirs: readonly Guardian[]): boolean {
  return (
    ours.length === theirs.length &&
    ours.every(({ seat, day }, at) => {
      const other = theirs[at];
      return other !== undefined && same(seat, other.seat) && day === other.day;
    })
  );
}
