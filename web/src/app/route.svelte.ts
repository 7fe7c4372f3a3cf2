/** Which page is shown. It stands behind the # of the address, which no server sees; a bell's link never stays there. */

export type Page =
  | { readonly at: "pendant" | "letters" | "room" | "you" | "verify" | "write" | "kit" | "portrait" }
  | { readonly at: "first" | "give" | "return" | "honest" }
  | { readonly at: "answer"; readonly link?: string }
  | { readonly at: "letter"; readonly id: string };

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
]);

const START: Page = { at: "pendant" };

class Route {
  page = $state.raw<Page>(START);
}

export const route = new Route();

export function go(page: Page, { instead = false }: { instead?: boolean } = {}): void {
  const address = `/${location.search}#${page.at === "letter" ? `letter/${page.id}` : page.at}`;
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

function read(): Page {
  const name = location.hash.slice(1);
  if (location.pathname === "/bell") {
    const link = name ? location.href : undefined;
    history.replaceState(null, "", `/${location.search}#answer`);
    return link ? { at: "answer", link } : { at: "answer" };
  }
  if (name.startsWith("letter/")) return { at: "letter", id: name.slice(7) };
  return NAMES.has(name) ? ({ at: name } as Page) : START;
}
