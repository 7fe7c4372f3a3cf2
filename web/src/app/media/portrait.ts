/**
 * A photo as an engraving: light in four tones, edges as lines, faded towards a round border. It is made from the
 * pixels on this device; nothing else of the photo goes anywhere.
 */
import type { Portrait } from "../../client/api";
import { unpacked } from "./picture";

const WORK = 384; // pixels of the square that a photo is read into
const SIZE = 96; // of the engraving

/** A photo as grey, one number from 0 to 255 for each pixel of a square. */
export interface Photo {
  readonly side: number;
  readonly grey: Uint8ClampedArray;
}

export interface Cut {
  /** 1 is the whole square. */
  readonly zoom: number;
  /** −1 to 1. */
  readonly across: number;
  readonly down: number;
  /** 0 to 1: how many lines. */
  readonly lines: number;
  /** 0 to 1. */
  readonly light: number;
}

export async function readPhoto(file: Blob): Promise<Photo> {
  const { bitmap } = await unpacked(file);
  const canvas = new OffscreenCanvas(WORK, WORK);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const side = Math.min(bitmap.width, bitmap.height);
  context?.drawImage(
    bitmap,
    (bitmap.width - side) / 2,
    (bitmap.height - side) / 2,
    side,
    side,
    0,
    0,
    WORK,
    WORK,
  );
  bitmap.close();
  const pixels = context?.getImageData(0, 0, WORK, WORK).data ?? new Uint8ClampedArray(WORK * WORK * 4);
  const grey = new Uint8ClampedArray(WORK * WORK);
  for (let at = 0; at < grey.length; at++) {
    grey[at] =
      0.299 * (pixels[4 * at] ?? 0) + 0.587 * (pixels[4 * at + 1] ?? 0) + 0.114 * (pixels[4 * at + 2] ?? 0);
  }
  return { side: WORK, grey };
}

export function engrave(photo: Photo, { zoom, across, down, lines, light }: Cut): Portrait {
  const tones = stretched(cut(photo, zoom, across, down));
  const pixels = new Uint8Array((SIZE * SIZE) / 4);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const tone = toneAt(tones, x, y, lines, light);
      const at = y * SIZE + x;
      pixels[at >> 2] = (pixels[at >> 2] ?? 0) | (tone << (6 - 2 * (at & 3)));
    }
  }
  return { size: SIZE, pixels };
}

/** The part of the photo that is wanted, as SIZE×SIZE means of what lies under each pixel. */
function cut({ side, grey }: Photo, zoom: number, across: number, down: number): Float32Array {
  const wide = side / zoom;
  const left = ((side - wide) * (1 + across)) / 2;
  const top = ((side - wide) * (1 + down)) / 2;
  const step = wide / SIZE;
  const out = new Float32Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      let total = 0;
      let count = 0;
      for (
        let inY = Math.floor(top + y * step);
        inY < Math.max(top + (y + 1) * step, top + y * step + 1);
        inY++
      ) {
        for (
          let inX = Math.floor(left + x * step);
          inX < Math.max(left + (x + 1) * step, left + x * step + 1);
          inX++
        ) {
          total += grey[Math.min(side - 1, inY) * side + Math.min(side - 1, inX)] ?? 0;
          count++;
        }
      }
      out[y * SIZE + x] = total / Math.max(1, count) / 255;
    }
  }
  return out;
}

/** So that the darkest twentieth is dark and the lightest twentieth light, whatever the photo was. */
function stretched(tones: Float32Array): Float32Array {
  const order = [...tones].sort((one, two) => one - two);
  const low = order[Math.floor(order.length * 0.05)] ?? 0;
  const high = order[Math.floor(order.length * 0.95)] ?? 1;
  return tones.map((tone) => Math.min(1, Math.max(0, (tone - low) / Math.max(0.02, high - low))));
}

/** 0 ground, 1 faint, 2 line, 3 bright: lit parts are bright, edges are cut as dark grooves into them. */
function toneAt(tones: Float32Array, x: number, y: number, lines: number, light: number): number {
  const from = (dx: number, dy: number): number =>
    tones[Math.min(SIZE - 1, Math.max(0, y + dy)) * SIZE + Math.min(SIZE - 1, Math.max(0, x + dx))] ?? 0;
  const middle = SIZE / 2;
  const far = Math.hypot(x + 0.5 - middle, y + 0.5 - middle) / middle;
  const fade = far > 0.98 ? 0 : far < 0.78 ? 1 : (0.98 - far) / 0.2;
  const here = from(0, 0);
  const around = (from(-2, 0) + from(2, 0) + from(0, -2) + from(0, 2)) / 4;
  const groove = Math.max(0, around - here) * (2 + lines * 6);
  // Ordered dither keeps gradients from breaking into steps.
  const dither = ((((x & 1) * 2 + ((x ^ y) & 1) * 3) % 4) / 4 - 0.375) * 0.16;
  const tone = (here - groove + (light - 0.5) * 0.7 + dither) * fade;
  return tone > 0.74 ? 3 : tone > 0.46 ? 2 : tone > 0.22 ? 1 : 0;
}
