/** Shapes of a drawing: elements with attributes, which a page makes its own of and `write` writes down. */

import type { Colour, Point } from "./stone";

/** One element of a drawing: its attributes in the order in which they are written. */
export interface Shape {
  readonly tag: string;
  readonly is: Readonly<Record<string, string | number>>;
  readonly holds?: readonly Shape[];
  /** Written on the line of the shape before it. */
  readonly beside?: true;
}

/** Write a shape down: groups take a line for each thing that they hold, all else is one line. */
export function write(drawn: Shape): string {
  const { tag, is, holds } = drawn;
  const attributes = Object.entries(is).map(([name, value]) => ` ${name}="${value}"`);
  const open = `<${tag}${attributes.join("")}`;
  if (!holds) return `${open}/>`;
  const grouped = tag === "g" || tag === "defs";
  const inside = holds.map((each) => (grouped && !each.beside ? "\n" : "") + write(each));
  return `${open}>${inside.join("")}${grouped ? "\n" : ""}</${tag}>`;
}

export function shape(tag: string, is: Shape["is"], holds?: readonly Shape[]): Shape {
  return holds ? { tag, is, holds } : { tag, is };
}

export function stop(offset: string, colour: string, opacity?: string): Shape {
  const is = { offset, "stop-color": colour };
  return shape("stop", opacity === undefined ? is : { ...is, "stop-opacity": opacity });
}

export function hex(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

export function polygon(corners: readonly Point[]): string {
  return `M${corners.map(([x, y]) => `${x} ${y}`).join("L")}Z`;
}
