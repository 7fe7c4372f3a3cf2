/** The steps by which a watch is set up: what each of them is now, in a sentence, and whether it is done. */
import type { Bond, Lack, LackCode, Watch } from "../../client/api";
import type { Page } from "../route.svelte";
import { day, list } from "../words/dates";
import { watchWords } from "../words/words.svelte";

export interface Step {
  readonly name: string;
  readonly line: string;
  readonly done: boolean;
  /** Nothing waits for it. */
  readonly optional?: boolean;
  readonly page: Page;
}

export function lackOf(watch: Watch, ...codes: LackCode[]): Lack | undefined {
  return watch.lacks.find((each) => codes.includes(each.code));
}

const fact = (lack: Lack, name: string): number => Number(lack.facts[name] ?? 0);

export function stepsOf(watch: Watch, bond: Bond): Step[] {
  const w = watchWords().step;
  const { every, grace, veto } = watch.rhythm;
  return [
    {
      name: w.compare,
      line: bond.verified ? w.compareYes(bond.peer) : w.compareNo(bond.peer),
      done: bond.verified,
      page: { at: "verify" },
    },
    {
      name: w.rhythm,
      line: w.rhythmIs(every, grace, veto),
      done: true,
      page: { at: "watch", step: "rhythm" },
    },
    {
      name: w.guardians,
      line: guardians(watch),
      done: !lackOf(watch, "guardians", "guardian-words", "one"),
      page: { at: "watch", step: "guardians" },
    },
    {
      name: w.reminders,
      line: reminders(watch),
      done: !lackOf(watch, "channels"),
      page: { at: "watch", step: "reminders" },
    },
    {
      name: w.stop,
      line: watch.hasStop ? w.stopNo : w.stopYes,
      done: !watch.hasStop,
      page: { at: "watch", step: "page" },
    },
    {
      name: w.rehearse,
      line: watch.rehearsedS ? w.rehearseYes(day(watch.rehearsedS)) : w.rehearseNo,
      done: !lackOf(watch, "rehearsal", "rehearsal-old"),
      page: { at: "watch", step: "rehearsal" },
    },
    {
      name: watch.armed ? w.armed : w.arm,
      line:
        watch.armed && watch.armedS
          ? w.armYes(day(watch.armedS))
          : watch.lacks.length > 0
            ? w.armNo
            : w.armReady,
      done: watch.armed,
      page: { at: "watch", step: "arming" },
    },
    {
      name: w.two,
      line: watch.hasWords ? w.twoYes : w.twoNo,
      done: watch.hasWords,
      optional: true,
      page: { at: "watch", step: "words" },
    },
  ];
}

function guardians(watch: Watch): string {
  const w = watchWords().step;
  if (watch.guardians.length === 0) return w.guardiansNone;
  const lack = lackOf(watch, "guardians", "guardian-words");
  if (lack?.code === "guardians") return w.guardiansSome(fact(lack, "have"), fact(lack, "need"));
  if (lack) return w.guardiansCompare(fact(lack, "have"), fact(lack, "need"));
  const agreed = watch.guardians.filter(({ state }) => state !== "asked" && state !== "refused");
  return w.guardiansYes(list(agreed.map(({ name }) => name)), watch.need, agreed.length);
}

function reminders(watch: Watch): string {
  const w = watchWords().step;
  const lack = lackOf(watch, "channels");
  if (lack) return w.remindersAre(fact(lack, "have"), fact(lack, "need"));
  return w.remindersYes(list(watch.channels.filter(({ testedS }) => testedS).map(({ name }) => name)));
}

/** What is missing, in sentences. */
export function lacking(lacks: readonly Lack[]): string[] {
  const w = watchWords();
  return lacks.map((lack) => {
    switch (lack.code) {
      case "guardians":
        return w.step.guardiansSome(fact(lack, "have"), fact(lack, "need"));
      case "one":
        return w.lack.one;
      case "words":
        return w.step.compareNo(String(lack.facts["name"] ?? ""));
      case "guardian-words":
        return w.step.guardiansCompare(fact(lack, "have"), fact(lack, "need"));
      case "channels":
        return w.step.remindersAre(fact(lack, "have"), fact(lack, "need"));
      case "rehearsal":
        return w.step.rehearseNo;
      case "rehearsal-old":
        return w.watch.rehearsalDue;
    }
  });
}
