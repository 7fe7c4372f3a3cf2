/** An engraved likeness, computed, since no person sat for it: a head in half profile with long hair. */
import type { Portrait } from "../../src/client/api";

const SIZE = 96;

export function likeness(): Portrait {
  const pixels = new Uint8Array((SIZE * SIZE) / 4);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const at = y * SIZE + x;
      const tone = toneAt((x - SIZE / 2) / SIZE, (y - SIZE / 2) / SIZE);
      pixels[at >> 2] = (pixels[at >> 2] ?? 0) | (tone << (6 - 2 * (at & 3)));
    }
  }
  return { size: SIZE, pixels };
}

const oval = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): number =>
  ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2;

function toneAt(x: number, y: number): number {
  if (oval(x, y, 0, 0, 0.5, 0.5) > 1) return 0;
  const face = oval(x, y, 0.01, -0.06, 0.15, 0.2);
  const hair = oval(x, y, 0, -0.09, 0.215, 0.25);
  const fall = Math.abs(x) < 0.23 - (y > 0.2 ? (y - 0.2) * 0.5 : 0) && y > -0.1 && y < 0.3;
  const shoulder = oval(x, y, 0, 0.52, 0.42, 0.26) < 1;
  const neck = Math.abs(x - 0.005) < 0.065 && y > 0.08 && y < 0.3;
  if (face < 1 && !(y < -0.15 + (x + 0.12) * 0.55)) {
    const eye = Math.min(oval(x, y, -0.055, -0.075, 0.032, 0.011), oval(x, y, 0.078, -0.075, 0.032, 0.011));
    const brow = Math.min(oval(x, y, -0.055, -0.115, 0.042, 0.008), oval(x, y, 0.078, -0.115, 0.042, 0.008));
    const mouth = oval(x, y, 0.014, 0.063, 0.045, 0.011);
    const nose = Math.abs(x - 0.02 - (y + 0.07) * 0.12) < 0.007 && y > -0.06 && y < 0.012;
    if (eye < 1 || brow < 1 || mouth < 1 || nose) return 0;
    const light = 0.55 - x * 2.6 - y * 0.5;
    return light > 0.72 ? 3 : light > 0.28 ? 2 : 1;
  }
  if (neck && !(shoulder && y > 0.27)) return x < -0.02 ? 2 : 1;
  if (hair < 1 || (fall && !neck)) {
    const strand = Math.sin((x * 46 + Math.sin(y * 12) * 1.6) * 2);
    return strand > 0.55 ? 2 : strand > -0.1 ? 1 : 0;
  }
  if (shoulder) return (Math.round(y * SIZE) + Math.round(x * SIZE)) % 5 === 0 ? 2 : 1;
  return 0;
}
