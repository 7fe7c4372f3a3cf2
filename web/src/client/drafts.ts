/** What a person has written and not sealed: it survives a closed tab, and is gone once it is sealed. */

import { hex } from "../core/bytes";
import type { Draft, Hold, Wish } from "./api";
import * as bonds from "./bonds";
import type { Home } from "./home";

const HOLDS: readonly Hold[] = ["balance", "secrecy", "survival"];
const FEBRUARY: readonly Wish["february"][] = ["28", "1 March"];

export function find(home: Home, bond: string): Draft | null {
  const row = home.vault.one("draft", bond);
  if (!row) return null;
  const { subject, text, years, wish } = row;
  const february = FEBRUARY.find((each) => each === wish?.february);
  return {
    subject,
    text,
    years,
    hold: HOLDS.find((each) => each === row.hold) ?? "balance",
    wish: wish && { local: wish.local, zone: wish.zone, ...(february && { february }) },
  };
}

export async function save(home: Home, id: string, draft: Draft | null): Promise<void> {
  await home.change((change) => {
    const { id: bond } = bonds.named(change, id);
    if (!draft) {
      const row = change.one("draft", hex(bond));
      if (row) change.delete("draft", row);
      return;
    }
    const { subject, text, years, hold, wish } = draft;
    const chosen = wish && { local: wish.local, zone: wish.zone, february: wish.february ?? null };
    change.put("draft", { bond, subject, text, years, hold, wish: chosen });
  });
}
