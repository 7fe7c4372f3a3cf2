/**
 * Records that are replaced and never changed: what a frozen dataclass is in Python.
 *
 *     interface BondFields { readonly id: Uint8Array; … }
 *     export interface Bond extends BondFields {}
 *     export class Bond extends Frozen<BondFields> { … }
 *
 * The interface of the same name gives the class its fields; the class has only what is computed from them.
 */

export abstract class Frozen<Fields extends object> {
  constructor(fields: Fields) {
    Object.assign(this, fields);
    Object.freeze(this);
  }

  /** Return the same with these fields in the place of its own. */
  with(changes: Partial<Fields>): this {
    const kind = this.constructor as new (fields: object) => this;
    return new kind({ ...this, ...changes });
  }
}
