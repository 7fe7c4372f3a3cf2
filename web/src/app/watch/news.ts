/** News of watches, one sentence each. */
import type { News } from "../../client/api";
import { day } from "../words/dates";
import { watchWords, words } from "../words/words.svelte";

export function sentence({ kind, facts }: News, peer: string): string | undefined {
  const said = plain(kind, facts, peer);
  return said && facts["rehearsal"] ? words().news.rehearsal(said) : said;
}

function plain(kind: string, facts: News["facts"], peer: string): string | undefined {
  const w = watchWords().news;
  switch (kind) {
    case "guardian-said":
      return facts["yes"] ? w["guardian-yes"](peer) : w["guardian-no"](peer);
    case "terms":
      return w.terms(peer, typeof facts["from"] === "number" && facts["from"] > 0 ? day(facts["from"]) : "");
    case "guardian-seat":
    case "share":
    case "shares-gone":
    case "share-released":
    case "guardian-gone":
    case "guardian-rehearsed":
    case "reader":
    case "rehearsed":
    case "share-doubtful":
    case "duress":
    case "stopped":
    case "not-taken":
    case "consent-due":
    case "help-wanted":
    case "returned":
      return w[kind](peer);
  }
  return undefined;
}
