/**
 * A portrait as an engraver's lines: each row of pixels is a line that swells with the tone, as on a banknote.
 */
import type { Portrait } from "../../client/api";

/** How much of the heart it takes, in the units of the drawing. */
export const PORTRAIT_BOX = 1560;

export interface Engraved {
  readonly size: number;
  readonly faint: string;
  readonly line: string;
  readonly bright: string;
}

/** The tone of a pixel, 0 (ground) to 3 (bright). */
export function tone(portrait: Portrait, x: number, y: number): number {
  const at = y * portrait.size + x;
  return ((portrait.pixels[at >> 2] ?? 0) >> (6 - 2 * (at & 3))) & 3;
}

export function engraved(portrait: Portrait): Engraved {
  const { size } = portrait;
  const paths = ["", "", "", ""];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size;) {
      const at = tone(portrait, x, y);
      let end = x + 1;
      while (end < size && tone(portrait, end, y) === at) end++;
      if (at > 0) paths[at] += `M${x + 0.3} ${y + 0.5}H${Math.max(end - 0.3, x + 0.31)}`;
      x = end;
    }
  }
  return { size, faint: paths[1] ?? "", line: paths[2] ?? "", bright: paths[3] ?? "" };
}
