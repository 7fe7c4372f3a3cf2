/**
 * What becomes of a last letter when the bond ends, and when the reader is silent too.
 *
 * The writer chooses it when the letter is sealed, keeps it, and says it at the end of the letter itself, where only
 * its reader finds it. It is no condition of the lock: what was delivered cannot be called back, and that is said.
 */

import type { RecordValue, Value } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import { checkName, NAME_LENGTH_MAX } from "./bundle";
import { Frozen } from "./frozen";
import { Fields } from "./record";

/** When one of the two ends the bond. Burnt: its parcel is deleted, and way 1 is closed for ever. */
export const AT_PARTING = ["burn", "keep"] as const;
export type AtParting = (typeof AT_PARTING)[number];

/**
 * When the reader has fallen silent too.
 *
 * An heir: another bond of the writer gets a letter that says so. Later: it stays, and opens from the floor on.
 */
export const BOTH_SILENT = ["heir", "later", "burn"] as const;
export type BothSilent = (typeof BOTH_SILENT)[number];

interface FateFields {
  readonly atParting: AtParting;
  readonly bothSilent: BothSilent;
  /** The name of that person, if there is to be one. */
  readonly heir: string;
}

export interface Fate extends FateFields {}

/** The fate of one letter. Throws `Mistaken` for one that makes no sense. */
export class Fate extends Frozen<FateFields> {
  constructor({ atParting = "burn", bothSilent = "later", heir = "" }: Partial<FateFields> = {}) {
    if ((bothSilent === "heir") !== (heir !== "")) {
      throw new Mistaken("An heir is named where there is to be one, and only there.");
    }
    if (heir) checkName(heir);
    super({ atParting, bothSilent, heir });
  }

  toRecord(): RecordValue {
    return { parting: this.atParting, silent: this.bothSilent, heir: this.heir };
  }

  static fromRecord(value: Value): Fate {
    const fields = new Fields(value, "fate");
    const atParting = AT_PARTING.find((each) => each === fields.text("parting", 16));
    const bothSilent = BOTH_SILENT.find((each) => each === fields.text("silent", 16));
    const heir = fields.text("heir", NAME_LENGTH_MAX);
    try {
      if (atParting && bothSilent) return new Fate({ atParting, bothSilent, heir });
    } catch (error) {
      if (!(error instanceof Mistaken)) throw error;
    }
    throw new Damaged("This letter has a fate that this Twinbell does not know.");
  }

  /**
   * Return it in plain sentences: for the writer before sealing, and for the end of the letter.
   *
   * `floor` is the day from which guardians alone can open it, in words.
   */
  words({ reader, floor }: { readonly reader: string; readonly floor: string }): string {
    const parting = {
      burn:
        "If this bond is ended, the relay's part of the key is deleted; " +
        `a copy that ${reader} already has can still be opened by guardians from ${floor} on.`,
      keep: "If this bond is ended, this letter stays.",
    };
    const silent = {
      heir: `If ${reader} has fallen silent too, ${this.heir} is to have what it says.`,
      later: `If ${reader} has fallen silent too, it stays, and guardians can open it from ${floor} on.`,
      burn: `If ${reader} has fallen silent too, nobody is to open it: a wish, which nothing enforces.`,
    };
    return `${parting[this.atParting]} ${silent[this.bothSilent]}`;
  }
}
