/** Which page is shown. It stands behind the # of the address, which no server sees; a bell's link never stays there. */

/** What of a watch is set up or changed on a page of its own. */
export const STEPS = [
  "guardians",
  "rhythm",
  "reminders",
  "page",
  "rehearsal",
  "arming",
  "away",
  "words",
] as const;
export type Step = (typeof STEPS)[number];

export type Page =
  | { readonly at: "pendant" | "letters" | "room" | "you" | "verify" | "write" | "kit" | "portrait" }
  | { readonly at: "first" | "give" | "return" | "honest" }
  | { readonly at: "last" | "alive" | "appoint" | "stop" }
  | { readonly at: "answer"; readonly link?: string }
  | { readonly at: "letter"; readonly id: string }
  | { readonly at: "watch"; readonly step?: Step }
  /** One guardianship is named by its bond and its watch; without them, all of them are shown. */
  | { readonly at: "guarding"; readonly bond?: string; readonly watch?: string };

const NAMES = new Set<string>([
  "pendant",
  "letters",
  "room",
  "you",
  "verify",
  "write",
  "kit",
  "portrait",
  "first",
  "give",
  "return",
  "honest",
  "answer",
  "last",
  "alive",
  "appoint",
  "stop",
]);

const START: Page = { at: "pendant" };

class Route {
  page = $state.raw<Page>(START);
}

export const route = new Route();

export function go(page: Page, { instead = false }: { instead?: boolean } = {}): void {
  const address = `/${location.search}#${nameOf(page)}`;
  if (instead) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  route.page = page;
  scrollTo(0, 0);
}

export function back(): void {
  if (history.length > 1) history.back();
  else go(START);
}

/** Called once. A bell's link is taken out of the address at once, so that it stays in no history. */
export function followAddress(): void {
  addEventListener("popstate", () => (route.page = read()));
  route.page = read();
}

function nameOf(page: Page): string {
  switch (page.at) {
    case "letter":
      return `letter/${page.id}`;
    case "watch":
      return page.step ? `watch/${page.step}` : "watch";
    case "guarding":
      return page.bond && page.watch ? `guarding/${page.bond}/${page.watch}` : "guarding";
    default:
      return page.at;
  }
}

function read(): Page {
  const name = location.hash.slice(1);
  if (location.pathname === "/bell") {
    const link = name ? location.href : undefined;
    history.replaceState(null, "", `/${location.search}#answer`);
    return link ? { at: "answer", link } : { at: "answer" };
  }
  if (name.startsWith("letter/")) return { at: "letter", id: name.slice(7) };
  const [at, first, second] = name.split("/");
  if (at === "watch") {
    const step = STEPS.find((each) => each === first);
    return step ? { at, step } : { at };
  }
  if (at === "guarding") return first && second ? { at, bond: first, watch: second } : { at };
  return NAMES.has(name) ? ({ at: name } as Page) : START;
}
