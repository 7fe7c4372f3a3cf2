/**
 * Everything that can be refused, and the sentence a person reads when it is.
 *
 *     TwinbellError
 *     ├── Refused            not now, or not this way; nothing is wrong with the data
 *     │   ├── NotYet         the time has not come
 *     │   ├── Unreachable    nobody answered
 *     │   ├── Retired        a chain has ended, what was locked to it stays locked
 *     │   ├── NotFound       there is no such thing here
 *     │   ├── NotForMe       none of these keys fits
 *     │   ├── Conflict       the same name was used for something else
 *     │   │   └── Stale      somebody else changed it first
 *     │   ├── Unauthorised   no such mailbox, or not yours: one answer for both
 *     │   ├── OverQuota      full, or too fast
 *     │   ├── Burnt          a bell that was touched by the wrong hand
 *     │   └── VaultLocked    the home is closed
 *     ├── Damaged            what came from outside is not what it should be
 *     │   ├── ArmorDamaged   \
 *     │   ├── HeaderDamaged   |  the four places where an age file can be wrong
 *     │   ├── HmacDamaged     |
 *     │   └── PayloadDamaged /
 *     └── Mistaken           the program was asked for something that makes no sense
 *
 * A class has its sentence; one given to the constructor takes its place. `hint` is one more sentence that says
 * what to do, `code` a more exact reason that a catalogue may know, `facts` what such a sentence can use.
 * Names are written out, since a bundler shortens those of classes.
 */

export type Facts = Readonly<Record<string, string | number>>;

export interface More {
  readonly hint?: string;
  readonly code?: string;
  readonly facts?: Facts;
}

export class TwinbellError extends Error {
  static readonly sentence: string = "Something went wrong inside Twinbell.";
  override readonly name: string = "TwinbellError";
  readonly hint: string | undefined;
  readonly code: string | undefined;
  readonly facts: Facts;

  constructor(sentence = "", more: More = {}) {
    super(sentence || new.target.sentence);
    this.hint = more.hint;
    this.code = more.code;
    this.facts = more.facts ?? {};
  }

  get sentence(): string {
    return this.message;
  }
}

export class Refused extends TwinbellError {
  static override readonly sentence: string = "This was refused.";
  override readonly name: string = "Refused";
}

export class NotYet extends Refused {
  static override readonly sentence: string = "It is not yet time.";
  override readonly name: string = "NotYet";
  readonly round: number | undefined;
  readonly opensS: number | undefined;

  constructor(sentence = "", more: More & { readonly round?: number; readonly opensS?: number } = {}) {
    const { round, opensS } = more;
    const facts = { ...(round !== undefined && { round }), ...(opensS !== undefined && { opensS }) };
    super(sentence, { ...more, facts: { ...more.facts, ...facts } });
    this.round = round;
    this.opensS = opensS;
  }
}

export class Unreachable extends Refused {
  static override readonly sentence: string = "Nobody answered.";
  override readonly name: string = "Unreachable";
}

export class Retired extends Refused {
  static override readonly sentence: string = "The chain that holds this has ended, and its key is gone.";
  override readonly name: string = "Retired";
}

export class NotFound extends Refused {
  static override readonly sentence: string = "There is no such thing here.";
  override readonly name: string = "NotFound";
}

export class NotForMe extends Refused {
  static override readonly sentence: string = "None of these keys opens this.";
  override readonly name: string = "NotForMe";
}

export class Conflict extends Refused {
  static override readonly sentence: string = "The same name was already used for something else.";
  override readonly name: string = "Conflict";
}

export class Stale extends Conflict {
  static override readonly sentence: string = "Somebody else changed this first.";
  override readonly name: string = "Stale";
  readonly newest: number | undefined;

  constructor(sentence = "", more: More & { readonly newest?: number } = {}) {
    super(sentence, more);
    this.newest = more.newest;
  }
}

export class Unauthorised extends Refused {
  static override readonly sentence: string = "There is no such mailbox, or it is not yours.";
  override readonly name: string = "Unauthorised";
}

export class OverQuota extends Refused {
  static override readonly sentence: string = "There is no room for this now.";
  override readonly name: string = "OverQuota";
}

export class Burnt extends Refused {
  static override readonly sentence: string =
    "This bell was touched by the wrong hand and is burnt. Give a new one.";
  override readonly name: string = "Burnt";
}

export class VaultLocked extends Refused {
  static override readonly sentence: string = "The home is locked.";
  override readonly name: string = "VaultLocked";
}

export class Damaged extends TwinbellError {
  static override readonly sentence: string = "This is damaged.";
  override readonly name: string = "Damaged";
}

export class ArmorDamaged extends Damaged {
  static override readonly sentence: string = "The text armor of this age file is damaged.";
  override readonly name: string = "ArmorDamaged";
}

export class HeaderDamaged extends Damaged {
  static override readonly sentence: string = "The header of this age file is damaged.";
  override readonly name: string = "HeaderDamaged";
}

export class HmacDamaged extends Damaged {
  static override readonly sentence: string = "The header of this age file was changed after it was written.";
  override readonly name: string = "HmacDamaged";
}

export class PayloadDamaged extends Damaged {
  static override readonly sentence: string = "The body of this age file is damaged or cut short.";
  override readonly name: string = "PayloadDamaged";
}

export class Mistaken extends TwinbellError {
  static override readonly sentence: string = "This makes no sense.";
  override readonly name: string = "Mistaken";
}
