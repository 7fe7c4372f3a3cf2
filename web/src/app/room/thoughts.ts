/** What was thought in a room: the newest few, each in the place where it began. */

export interface Thought {
  readonly key: string;
  readonly mine: boolean;
  readonly text: string;
  readonly done: boolean;
  readonly atS: number;
}

const SHOWN = 7;
const CLEAR_S = 15;
const FADE_S = 75;

/** Return the thoughts with this one as it is now. One without words goes. */
export function heard(thoughts: readonly Thought[], thought: Thought): readonly Thought[] {
  const begun = thoughts.findIndex(({ key }) => key === thought.key);
  if (thought.text === "") return thoughts.filter(({ key }) => key !== thought.key);
  // Two may think at once: whoever ends later must not push the other one's line away.
  if (begun >= 0) return thoughts.with(begun, thought);
  return [...thoughts, thought].slice(-SHOWN);
}

/** Return how clear a thought is, from 0 to 1: the newest most, older ones less; after a while each goes by itself. */
export function clarity(thought: Thought, fromEnd: number, nowS: number): number {
  if (!thought.done) return 1;
  const byAge = Math.max(0, 1 - Math.max(0, nowS - thought.atS - CLEAR_S) / FADE_S);
  return Math.max(0, (1 - fromEnd * 0.16) * byAge);
}
