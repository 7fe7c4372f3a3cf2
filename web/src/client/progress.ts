/** How far the file of a letter is: told to the page now and then, not with every piece. */

import { hex } from "../core/bytes";
import type { Home } from "./home";
import { fileName } from "./letters";

const STEP = 0.01;

export class Progress {
  readonly #home: Home;
  readonly #bond: string;
  readonly #letter: string;
  readonly #name: string;
  #last = -1;

  constructor(home: Home, bond: Uint8Array, letter: Uint8Array) {
    this.#home = home;
    this.#bond = hex(bond);
    this.#letter = hex(letter);
    this.#name = fileName(letter);
  }

  told(done: number, total: number): void {
    const part = total > 0 ? done / total : 1;
    this.#home.progress.set(this.#name, part);
    if (part - this.#last < STEP && part < 1) return;
    this.#last = part;
    this.#tell();
  }

  /** It is over, one way or the other. */
  done(): void {
    this.#home.progress.delete(this.#name);
    this.#tell();
  }

  #tell(): void {
    this.#home.tell({ kind: "letters", bond: this.#bond, letter: this.#letter });
  }
}
