/** The light of a low sun by the hour where the other one is: its colour, strength, and how high it stands. */

export interface Sun {
  readonly colour: string;
  readonly strength: number;
  /** Per cent of the page by which the light's middle lies above the bottom edge; below it, if negative. */
  readonly height: number;
}

type Rgb = readonly [number, number, number];

interface Hour {
  readonly at: number;
  readonly paper: Rgb;
  readonly night: Rgb;
  readonly strength: number;
  readonly height: number;
}

const HOURS: readonly Hour[] = [
  { at: 0, paper: [198, 180, 206], night: [74, 54, 104], strength: 0.42, height: -14 },
  { at: 4.5, paper: [206, 176, 198], night: [84, 54, 100], strength: 0.46, height: -12 },
  { at: 6.5, paper: [246, 178, 148], night: [178, 84, 62], strength: 0.72, height: -2 },
  { at: 9, paper: [248, 206, 146], night: [186, 104, 46], strength: 0.56, height: 6 },
  { at: 13, paper: [250, 216, 152], night: [180, 108, 48], strength: 0.5, height: 10 },
  { at: 16.5, paper: [248, 196, 126], night: [186, 96, 40], strength: 0.62, height: 5 },
  { at: 18.7, paper: [242, 158, 92], night: [190, 82, 30], strength: 0.85, height: -2 },
  { at: 20.5, paper: [222, 158, 142], night: [132, 62, 62], strength: 0.62, height: -8 },
  { at: 22.5, paper: [202, 178, 202], night: [86, 54, 96], strength: 0.45, height: -13 },
  { at: 24, paper: [198, 180, 206], night: [74, 54, 104], strength: 0.42, height: -14 },
];

/** Where nobody has said which hour it is, the sun stands as low as it can. */
const DUSK = 18.5;

export function sunAt(hour: number | null, dark: boolean): Sun {
  const at = hour ?? DUSK;
  const next = HOURS.findIndex((each) => each.at > at);
  const to = HOURS[next === -1 ? HOURS.length - 1 : next];
  const from = HOURS[(next === -1 ? HOURS.length - 1 : next) - 1];
  if (!to || !from) throw new RangeError("A day has 24 hours.");
  const part = (at - from.at) / (to.at - from.at);
  const mix = (one: number, two: number): number => one + (two - one) * part;
  const [red, green, blue] = (dark ? from.night : from.paper).map((value, which) =>
    Math.round(mix(value, (dark ? to.night : to.paper)[which] ?? value)),
  );
  return {
    colour: `rgb(${red} ${green} ${blue})`,
    strength: mix(from.strength, to.strength),
    height: mix(from.height, to.height),
  };
}

/** The hour of the day in a zone, with its part: 18.7. Null for a zone that this browser does not know. */
export function hourIn(zone: string | null, nowS: number): number | null {
  if (zone === null) return null;
  try {
    const parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hour: "numeric",
      minute: "numeric",
      hourCycle: "h23",
    });
    const [hours, minutes] = parts
      .format(nowS * 1000)
      .split(":")
      .map(Number);
    return (hours ?? 0) + (minutes ?? 0) / 60;
  } catch {
    return null;
  }
}
