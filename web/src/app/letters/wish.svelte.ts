/** When a letter is to open, as a person chooses it, and the wish that follows. */
import type { Bond, Hold, Wish } from "../../client/api";

const MORNING = "08:00";
export const YEARS_MAX = 30;

export class Choosing {
  opens = $state<"now" | "day" | "birthday">("now");
  day = $state("");
  time = $state(MORNING);
  zone = $state<"theirs" | "mine">("mine");
  yearly = $state(false);
  years = $state(10);
  february = $state<"28" | "1 March">("28");
  hold = $state<Hold>("balance");

  /** The first of a row of birthdays or days; null where it opens when it arrives. */
  wish(bond: Bond, today: string): Wish | null {
    if (this.opens === "now") return null;
    const date =
      this.opens === "birthday" ? nextBirthday(bond.about.theirs.birthday ?? "01-01", today) : this.day;
    if (!date) return null;
    const zone = this.zone === "theirs" && bond.about.theirs.zone ? bond.about.theirs.zone : myZone();
    return {
      local: `${date}T${this.time || MORNING}`,
      zone,
      ...(date.slice(5) === "02-29" ? { february: this.february } : {}),
    };
  }

  count(): number {
    return this.opens !== "now" && this.yearly
      ? Math.min(YEARS_MAX, Math.max(1, Math.round(this.years) || 1))
      : 1;
  }

  /** Take up what was kept as a draft. */
  resume(bond: Bond, wish: Wish | null, years: number, hold: Hold): void {
    this.hold = hold;
    this.yearly = years > 1;
    if (years > 1) this.years = years;
    if (!wish) return;
    this.day = wish.local.slice(0, 10);
    this.time = wish.local.slice(11, 16);
    this.zone = wish.zone === bond.about.theirs.zone ? "theirs" : "mine";
    this.opens = wish.local.slice(5, 10) === bond.about.theirs.birthday ? "birthday" : "day";
    if (wish.february) this.february = wish.february;
  }
}

/** The next day with this `MM-DD` after today. 29 February is named also where a year has none: it is asked then. */
export function nextBirthday(birthday: string, today: string): string {
  const year = Number(today.slice(0, 4));
  const thisYear = `${year}-${birthday}`;
  return thisYear > today ? thisYear : `${year + 1}-${birthday}`;
}

export function myZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** `YYYY-MM-DD` here, so many days ahead. */
export function dayFromNow(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() + days);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
