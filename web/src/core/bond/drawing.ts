/**
 * The pendant as SVG.
 *
 * Whole numbers only, floor division, and no mathematics beyond it, so that any language draws the same bytes. The
 * canvas is 4000 by 5600. Light is that of a low sun: a cool gleam from one side above, warmth from below.
 *
 * `pieces` gives the drawing as parts to be put on a page and moved one by one; `svg` writes them down as the
 * document that both sides know.
 */

import { CROSSINGS, describe, type Features, named, type Named } from "./picture";
import { hex, polygon, shape, type Shape, stop, write } from "./shape";
import { SIGNS } from "./signs";
import {
  CENTRE_X,
  facets,
  floor,
  GLEAM_Y,
  gleamX,
  half,
  HEART,
  ONYX,
  tableCentre,
  TINT_COLOURS,
} from "./stone";

export { type Shape, write } from "./shape";
export { facets, GLEAM_Y, gleamX, HEART, outline, tableCentre, TINT_COLOURS } from "./stone";

export const WIDTH = 4000;
export const HEIGHT = 5600;

export const CORD_TOP = 0;
export const CROSSING_HEIGHT = 250;
export const CORD_REACH = 116;
export const CORD_END = CORD_TOP + CROSSINGS * CROSSING_HEIGHT;

/** The colours that follow the hour: paper by day, indigo by night. A strand has edge, body and light. */
export interface Theme {
  readonly ground: string;
  readonly lowSun: string;
  readonly halo: string;
  readonly amber: readonly [string, string, string];
  readonly blue: readonly [string, string, string];
}

export const PAPER: Theme = {
  ground: "#fbf5ec",
  lowSun: "#f0b884",
  halo: "#f2a65a",
  amber: ["#7a3409", "#b8541a", "#e89a5c"],
  blue: ["#172a5c", "#2f4f8f", "#7f9fe0"],
};
export const NIGHT: Theme = {
  ground: "#15121c",
  lowSun: "#7a3a1c",
  halo: "#f2a65a",
  amber: ["#6b3010", "#e08a3c", "#ffd09a"],
  blue: ["#22356b", "#7d9fe6", "#d3e0ff"],
};

/** The drawing in its parts, from back to front. Each is whole by itself, given the definitions. */
export interface Pieces {
  /** With which the names inside begin, so that many pictures can stand on one page. */
  readonly name: string;
  readonly definitions: Shape;
  readonly ground: readonly Shape[];
  readonly cord: Shape;
  readonly stone: Shape;
  readonly rim: readonly Shape[];
  readonly bail: readonly Shape[];
  readonly engraving: Shape;
}

export function pieces(features: Features, { dark = false }: { dark?: boolean } = {}): Pieces {
  const theme = dark ? NIGHT : PAPER;
  const { weave, facets, lean, tint, side, bail, rim, sign } = features;
  const name = `twinbell-${weave}${facets}${dark ? "d" : "l"}-${lean}${tint}${side}${bail}${rim}${sign}`;
  return {
    name,
    definitions: definitions(features, theme, name),
    ground: [
      shape("rect", { width: WIDTH, height: HEIGHT, fill: theme.ground }),
      shape("rect", { width: WIDTH, height: HEIGHT, fill: `url(#${name}-sun)` }),
      shape("circle", { cx: CENTRE_X, cy: 3720, r: 1900, fill: `url(#${name}-halo)` }),
    ],
    cord: cord(weave, theme),
    stone: stone(features, name),
    rim: rimOf(features, name),
    bail: bailOf(features),
    engraving: engraving(features),
  };
}

/** The pendant as an SVG document: the same bytes for the same features, everywhere. */
export function svg(features: Features, { dark = false }: { dark?: boolean } = {}): string {
  const drawn = pieces(features, { dark });
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${describe(features)}</title>`, // letters, commas and brackets: nothing to escape
    ...[drawn.definitions, ...drawn.ground, drawn.cord].map(write),
    ...[drawn.stone, ...drawn.rim, ...drawn.bail, drawn.engraving].map(write),
    "</svg>",
  ];
  return lines.join("\n") + "\n";
}

function definitions(features: Features, theme: Theme, name: string): Shape {
  const tint = hex(TINT_COLOURS[named(features).tint]);
  return shape("defs", {}, [
    shape("clipPath", { id: `${name}-heart` }, [shape("path", { d: HEART })]),
    shape(
      "radialGradient",
      { id: `${name}-sun`, gradientUnits: "userSpaceOnUse", cx: 2000, cy: 6200, r: 3600 },
      [stop("0", theme.lowSun, ".9"), stop(".45", theme.lowSun, ".35"), stop("1", theme.lowSun, "0")],
    ),
    shape("radialGradient", { id: `${name}-halo` }, [
      stop("0", theme.halo, ".5"),
      stop(".55", theme.halo, ".22"),
      stop("1", theme.halo, "0"),
    ]),
    shape(
      "radialGradient",
      { id: `${name}-gleam`, gradientUnits: "userSpaceOnUse", cx: gleamX(features), cy: GLEAM_Y, r: 1000 },
      [stop("0", "#fff", ".8"), stop(".12", tint, ".85"), stop(".45", tint, ".38"), stop("1", tint, "0")],
    ),
    shape(
      "linearGradient",
      { id: `${name}-gold`, gradientUnits: "userSpaceOnUse", x1: 700, y1: 2400, x2: 3300, y2: 5200 },
      [
        stop("0", "#fbe7ae"),
        stop(".28", "#c99a3b"),
        stop(".5", "#8a6220"),
        stop(".72", "#d9ae55"),
        stop("1", "#f7dc97"),
      ],
    ),
  ]);
}

function cord(weave: string, theme: Theme): Shape {
  const lines = [...weave].flatMap((over, at) => {
    const top = CORD_TOP + at * CROSSING_HEIGHT;
    const amber = strand(top, at % 2 === 0 ? 1 : -1, theme.amber);
    const blue = strand(top, at % 2 === 0 ? -1 : 1, theme.blue);
    return over === "a" ? [...blue, ...amber] : [...amber, ...blue];
  });
  return shape("g", { fill: "none", "stroke-linecap": "butt" }, lines);
}

/** One strand at one crossing: edge, body, and the light on its twist. */
function strand(top: number, direction: 1 | -1, [edge, body, light]: Theme["amber"]): Shape[] {
  const start = CENTRE_X - direction * CORD_REACH;
  const end = CENTRE_X + direction * CORD_REACH;
  const middle = top + floor(CROSSING_HEIGHT, 2);
  // Eight units longer than its crossing, so that no hairline shows between two.
  const d = `M${start} ${top}C${start} ${middle} ${end} ${middle} ${end} ${top + CROSSING_HEIGHT}v8`;
  return [
    shape("path", { d, stroke: edge, "stroke-width": 172 }),
    shape("path", { d, stroke: body, "stroke-width": 136 }),
    shape("path", {
      d,
      stroke: light,
      "stroke-width": 58,
      "stroke-opacity": ".55",
      "stroke-dasharray": "16 20",
    }),
  ];
}

const GLINT = "M905 3480C800 3080 1010 2760 1330 2735C1090 2830 930 3090 905 3480Z";
const GLINT_MIRRORED = "M3095 3480C3200 3080 2990 2760 2670 2735C2910 2830 3070 3090 3095 3480Z";

function stone(features: Features, name: string): Shape {
  const arc = named(features).side === "left" ? GLINT : GLINT_MIRRORED;
  return shape("g", { "clip-path": `url(#${name}-heart)` }, [
    shape("path", { d: HEART, fill: hex(ONYX) }),
    ...facets(features).map((plane) =>
      shape("path", {
        d: polygon(plane.corners),
        fill: hex(plane.colour),
        stroke: "#efe6ff",
        "stroke-opacity": ".2",
        "stroke-width": 8,
        "stroke-linejoin": "round",
      }),
    ),
    shape("path", { d: HEART, fill: `url(#${name}-gleam)` }),
    shape("path", { d: HEART, fill: "none", stroke: "#000", "stroke-opacity": ".3", "stroke-width": 300 }),
    { ...shape("path", { d: arc, fill: "#fff", "fill-opacity": ".6" }), beside: true },
  ]);
}

type Pen = Readonly<Record<string, string | number>>;

function rimOf(features: Features, name: string): Shape[] {
  const gold = `url(#${name}-gold)`;
  const halves = half(false) + half(true); // beads begin at the tip, both ways
  const base = (stroke: string, pen: Pen): Shape =>
    shape("path", { d: HEART, fill: "none", "stroke-linejoin": "round", stroke, ...pen });
  const dashed = (stroke: string, pen: Pen): Shape =>
    shape("path", { d: halves, fill: "none", stroke, ...pen });
  const bead = (stroke: string, width: number): Shape =>
    dashed(stroke, { "stroke-width": width, "stroke-linecap": "round", "stroke-dasharray": "0 205" });
  switch (named(features).rim) {
    case "plain":
      return [
        base("#4d3510", { "stroke-width": 112 }),
        base(gold, { "stroke-width": 88 }),
        base("#fff3cf", { "stroke-opacity": ".6", "stroke-width": 18 }),
      ];
    case "beaded":
      return [
        base("#4d3510", { "stroke-width": 76 }),
        base(gold, { "stroke-width": 48 }),
        bead("#4d3510", 164),
        bead(gold, 136),
        bead("#fff3cf", 50),
      ];
    case "roped":
      return [
        base("#4d3510", { "stroke-width": 118 }),
        base(gold, { "stroke-width": 94 }),
        dashed("#4d3510", { "stroke-width": 94, "stroke-dasharray": "24 66" }),
        dashed("#fff3cf", {
          "stroke-opacity": ".7",
          "stroke-width": 34,
          "stroke-dasharray": "30 60",
          "stroke-dashoffset": "-42",
        }),
      ];
    case "twofold":
      return [
        base("#4d3510", { "stroke-width": 168 }),
        base(gold, { "stroke-width": 144 }),
        base("#241a08", { "stroke-width": 60 }),
      ];
  }
}

// Each bail hangs from the cord's end (y 2190) and holds the heart at its cleft (y 2960).
const BAIL_PATHS: Readonly<Record<Named["bail"], string>> = {
  round: "M1780 2420a220 220 0 1 0 440 0a220 220 0 1 0 -440 0M2000 2640L2000 2940",
  drop:
    "M2000 2200C2070 2360 2210 2450 2210 2620A210 210 0 0 1 1790 2620C1790 2450 1930 2360 2000 2200Z" +
    "M2000 2830L2000 2940",
  square: "M1800 2230L2200 2230L2200 2630L1800 2630ZM2000 2630L2000 2940",
  diamond: "M2000 2200L2230 2500L2000 2800L1770 2500ZM2000 2800L2000 2940",
  trefoil:
    "M1880 2310a120 120 0 1 0 240 0a120 120 0 1 0 -240 0M1720 2540a120 120 0 1 0 240 0" +
    "a120 120 0 1 0 -240 0M2040 2540a120 120 0 1 0 240 0a120 120 0 1 0 -240 0M2000 2480L2000 2940",
  bow:
    "M2000 2470C1880 2230 1600 2250 1600 2480S1880 2710 2000 2470C2120 2230 2400 2250 2400 2480" +
    "S2120 2710 2000 2470ZM2000 2200L2000 2940",
  shield:
    "M1790 2230L2210 2230L2210 2480C2210 2650 2110 2750 2000 2820C1890 2750 1790 2650 1790 2480Z" +
    "M2000 2820L2000 2940",
  double:
    "M1860 2340a140 140 0 1 0 280 0a140 140 0 1 0 -280 0M1810 2620a190 190 0 1 0 380 0" +
    "a190 190 0 1 0 -380 0M2000 2810L2000 2940",
};
const SLEEVE = "M1800 1960L2200 1960L2125 2190L1875 2190Z"; // small and gold, it gathers the strands
const BANDS = "M1822 2030L2178 2030M1862 2140L2138 2140";

function bailOf(features: Features): Shape[] {
  const d = BAIL_PATHS[named(features).bail];
  const round = { fill: "none", "stroke-linejoin": "round", "stroke-linecap": "round" };
  return [
    shape("path", { d, ...round, stroke: "#4d3510", "stroke-width": 98 }),
    shape("path", { d, ...round, stroke: "#c99a3b", "stroke-width": 74 }),
    shape("path", { d, ...round, stroke: "#fbe7ae", "stroke-opacity": ".8", "stroke-width": 18 }),
    shape("path", { d: SLEEVE, fill: "#b98a34", stroke: "#4d3510", "stroke-width": 22 }),
    shape("path", { d: BANDS, fill: "none", stroke: "#4d3510", "stroke-width": 34 }),
    shape("path", { d: BANDS, fill: "none", stroke: "#fbe7ae", "stroke-width": 14 }),
  ];
}

function engraving(features: Features): Shape {
  const d = SIGNS[features.sign]?.path ?? "";
  const [x, y] = tableCentre(features);
  const round = { fill: "none", "stroke-linejoin": "round", "stroke-linecap": "round" };
  return shape("g", { transform: `translate(${x} ${y}) scale(.9)` }, [
    shape("path", { d, ...round, stroke: "#000", "stroke-opacity": ".55", "stroke-width": 74 }),
    shape("path", { d, ...round, stroke: "#d6a94c", "stroke-width": 42 }),
    shape("path", { d, ...round, stroke: "#fdf0c4", "stroke-opacity": ".85", "stroke-width": 12 }),
  ]);
}
