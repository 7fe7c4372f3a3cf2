/**
 * The sound of a bond's bell, and its feel. A few inharmonic partials with a soft strike; the pitch follows from the
 * bits that also draw the pendant, so each bond sounds a little different.
 */

const PARTIALS = [
  { ratio: 0.5, level: 0.12, decayS: 3.4 },
  { ratio: 1, level: 0.5, decayS: 3 },
  { ratio: 2.0, level: 0.26, decayS: 2.2 },
  { ratio: 2.76, level: 0.16, decayS: 1.5 },
  { ratio: 5.4, level: 0.07, decayS: 0.7 },
  { ratio: 8.9, level: 0.03, decayS: 0.3 },
] as const;
const STRIKE_S = 0.006;

let audio: AudioContext | null = null;
let out: AudioNode | null = null;

/** Browsers sound only after a touch: called at the first one, so that a ring that comes later is heard. */
export function allowSound(): void {
  try {
    audio ??= new AudioContext();
    void audio.resume().catch(() => undefined);
  } catch {
    // A browser without sound still shows the ring.
  }
}

/** Between 440 and 880 Hz. */
export function pitch(bits: Uint8Array): number {
  return 440 * 2 ** (((bits[4] ?? 0) % 13) / 12);
}

export function strike(
  hertz: number,
  { afterMs = 0, loud = 1 }: { afterMs?: number; loud?: number } = {},
): void {
  if (!audio || audio.state === "closed") return;
  const start = audio.currentTime + afterMs / 1000;
  for (const { ratio, level, decayS } of PARTIALS) {
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = hertz * ratio;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(level * loud * 0.5, start + STRIKE_S);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + decayS);
    tone.connect(gain).connect(output(audio));
    tone.start(start);
    tone.stop(start + decayS);
  }
}

/** A ring as it came: milliseconds on, off, on, … as strikes and as vibration. */
export function play(hertz: number, pattern: readonly number[]): void {
  let atMs = 0;
  pattern.forEach((step, index) => {
    if (index % 2 === 0) strike(hertz, { afterMs: atMs, loud: 0.6 + Math.min(step, 1000) / 2500 });
    atMs += step;
  });
  vibrate([...pattern]);
}

export function vibrate(pattern: number | number[]): void {
  navigator.vibrate?.(pattern);
}

/** Many strikes together stay soft. */
function output(context: AudioContext): AudioNode {
  if (!out) {
    const soften = context.createDynamicsCompressor();
    soften.connect(context.destination);
    out = soften;
  }
  return out;
}
