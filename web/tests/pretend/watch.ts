/** The part of a pretend home that is about watches. */
import type {
  Answer,
  Armed,
  BondKind,
  Guarded,
  Hold,
  LastPlan,
  Listener,
  NewLastLetter,
  Refusal,
  Rehearsal,
  Rhythm,
  Seal,
  StopPage,
  Watch,
  WatchApi,
  Wish,
} from "../../src/client/api";
import { PLAN, SHARE, STOP_WORDS, type WatchScene } from "./watchscenes";

const DAY = 86_400;
const nowS = (): number => Math.floor(Date.now() / 1000);
const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class PretendWatches implements WatchApi {
  #watching: WatchScene;
  #heard: Listener;
  #refusal: Refusal | null;

  constructor(watching: WatchScene, heard: Listener, refusal: Refusal | null) {
    this.#watching = watching;
    this.#heard = heard;
    this.#refusal = refusal;
  }

  async bellKind(code: string): Promise<BondKind> {
    return code.trim().endsWith("-guardian") ? "guardian" : "pair";
  }

  async watches() {
    return this.#watching.watches;
  }
  async watch(bond: string) {
    await after(200);
    return this.#watching.watches.find((each) => each.bond === bond) ?? null;
  }
  async beginWatch(bond: string, terms: { rhythm: Rhythm; need: number; zone: string }): Promise<Watch> {
    this.#stumble();
    const watch: Watch = {
      id: "00ff",
      bond,
      reader: "Mei",
      rehearsal: false,
      ...terms,
      armed: false,
      armedS: null,
      rehearsedS: null,
      aliveS: null,
      guardians: [],
      channels: [],
      lacks: [
        { code: "guardians", facts: { have: 0, need: 2 } },
        { code: "channels", facts: { have: 0, need: 2 } },
        { code: "rehearsal", facts: {} },
      ],
      dues: [{ code: "page", facts: {} }],
      hasStop: true,
      hasWords: false,
      letters: 0,
      unarmed: 0,
      relay: "relay.example",
      seen: null,
      refusal: null,
    };
    this.#put(watch);
    return watch;
  }
  async changeWatch(bond: string, terms: { rhythm: Rhythm; need: number; zone: string }) {
    this.#stumble();
    const watch = this.#own(bond);
    const shorter = terms.rhythm.every < watch.rhythm.every && watch.armed;
    if (!shorter) this.#put({ ...watch, ...terms });
    return { pending: shorter, inS: shorter ? 44 * DAY : 0 };
  }
  async askGuardian(bond: string, guardian: string) {
    const watch = this.#own(bond);
    const others = watch.guardians.filter((each) => each.bond !== guardian);
    this.#put({
      ...watch,
      guardians: [
        ...others,
        {
          bond: guardian,
          name: watch.guardians.find((each) => each.bond === guardian)?.name ?? "Tomoko",
          state: "asked",
          agreedS: null,
          verified: false,
          seated: false,
          shareWaits: false,
          said: null,
          isAsked: false,
        },
      ],
    });
  }
  async dismissGuardian(bond: string, guardian: string) {
    const watch = this.#own(bond);
    this.#put({ ...watch, guardians: watch.guardians.filter((each) => each.bond !== guardian) });
  }
  async addPush(bond: string, name: string) {
    const watch = this.#own(bond);
    this.#put({ ...watch, channels: [...watch.channels, { name, kind: "push", url: "", testedS: null }] });
  }
  async addChannel(bond: string, name: string, url: string) {
    if (!url.includes("://")) throw refusal("Mistaken", "channel.address");
    const watch = this.#own(bond);
    this.#put({ ...watch, channels: [...watch.channels, { name, kind: "apprise", url, testedS: null }] });
  }
  async dropChannel(bond: string, name: string) {
    const watch = this.#own(bond);
    this.#put({ ...watch, channels: watch.channels.filter((each) => each.name !== name) });
  }
  async testChannel(bond: string, name: string) {
    await after(300);
    const watch = this.#own(bond);
    const channels = watch.channels.map((each) => (each.name === name ? { ...each, testedS: nowS() } : each));
    this.#put({ ...watch, channels, lacks: watch.lacks.filter(({ code }) => code !== "channels") });
    return { accepted: true, why: "" };
  }
  async stopPage(bond: string): Promise<StopPage | null> {
    const watch = "9c41d5a07be2483f90c6117d2e5ab38f";
    if (!this.#own(bond).hasStop) return null;
    return {
      words: STOP_WORDS,
      relay: "https://relay.example",
      watch,
      me: "Jun",
      page: STOP_WORDS.join(" "),
    };
  }
  async stopKept(bond: string) {
    this.#put({ ...this.#own(bond), hasStop: false });
  }
  async stopWatch({ words }: { words: string }) {
    if (words.trim().split(/\s+/).length !== 12) throw refusal("Mistaken", "watch.stop-count", { count: 3 });
  }
  async armWatch(bond: string): Promise<Armed> {
    await after(600);
    const watch = this.#own(bond);
    this.#put({ ...watch, armed: true, armedS: nowS() });
    return { pending: false, inS: 0, left: [], newStop: false, dropped: false, again: watch.armedS !== null };
  }
  async endWatch(bond: string) {
    this.#put(null, bond);
  }
  async alive(bond: string) {
    this.#stumble();
    await after(300);
    const watch = this.#own(bond);
    const stage = watch.seen?.stage === "silent" ? "returned" : "kept";
    this.#put({
      ...watch,
      aliveS: nowS(),
      seen: watch.seen && { ...watch.seen, stage, countedS: 0, uncounted: [], lateInS: 30 * DAY },
    });
  }
  async setWords(bond: string) {
    this.#put({ ...this.#own(bond), hasWords: true });
  }
  async away(bond: string, untilS: number | null) {
    const watch = this.#own(bond);
    this.#put({ ...watch, seen: watch.seen && { ...watch.seen, awayUntilS: untilS } });
  }
  async acted() {}

  async rehearse(_bond: string): Promise<Rehearsal> {
    const rehearsal: Rehearsal = {
      watch: "2f2f",
      begunS: nowS(),
      endsS: nowS() + 7 * DAY,
      stage: "asking",
      people: [
        { name: "Kim", role: "guardian", state: "asked" },
        { name: "Ravi", role: "guardian", state: "asked" },
        { name: "Mei", role: "reader", state: "asked" },
      ],
      enough: false,
      need: 2,
      seen: null,
      refusal: null,
    };
    this.#watching = { ...this.#watching, rehearsal };
    return rehearsal;
  }
  async rehearsal() {
    return this.#watching.rehearsal;
  }
  async endRehearsal() {
    this.#watching = { ...this.#watching, rehearsal: null };
  }

  async planLast({ bond, floor }: { bond: string; floor: Wish | null; hold: Hold }): Promise<LastPlan> {
    const watch = this.#own(bond);
    const seal: Seal = {
      opensS: floor ? Math.floor(Date.parse(`${floor.local}Z`) / 1000) : PLAN.floorS,
      local: floor?.local ?? null,
      zone: floor?.zone ?? null,
      strength: "guardians",
      keepers: [],
      ways: [[]],
      keep: true,
    };
    return { ...PLAN, seal, ours: ["relay.example"], armed: watch.armed, lacks: watch.lacks };
  }
  async writeLast({ subject }: NewLastLetter) {
    await after(600);
    return `last-${subject.length}`;
  }
  async lastLetter(id: string) {
    return this.#watching.lasts[id] ?? null;
  }

  async readings() {
    return this.#watching.readings;
  }
  async lookReading() {}
  async takeShare(letter: string, words: string) {
    if (words.trim().split(/\s+/).length !== 33) throw refusal("Damaged", "share.length", { words: 3 });
    const known = this.#watching.lasts[letter];
    if (!known) throw refusal("NotFound", "letter.none");
    const missing = Math.max(0, known.missing - 1);
    const taken = { ...known, helpers: [...known.helpers, null], missing };
    this.#watching = { ...this.#watching, lasts: { ...this.#watching.lasts, [letter]: taken } };
    return missing;
  }

  async guarded() {
    return this.#watching.guarded;
  }
  async lookGuarded(bond: string, watch: string) {
    return this.#guard(bond, watch);
  }
  async consent(bond: string, watch: string, yes: boolean) {
    this.#keep({ ...this.#guard(bond, watch), consentedS: yes ? nowS() : null, consentDue: !yes });
  }
  async answerGuarded(bond: string, watch: string, answer: Answer) {
    this.#stumble();
    const ruling =
      answer === "no"
        ? { allowed: true, refusal: null, warnings: [{ code: "waits", facts: {} } as const] }
        : this.#guard(bond, watch).ruling;
    this.#keep({ ...this.#guard(bond, watch), asked: false, answer, answeredS: nowS(), ruling });
    return true;
  }
  async release(bond: string, watch: string) {
    this.#keep({ ...this.#guard(bond, watch), releasedS: nowS() });
  }
  async showShares() {
    return [SHARE];
  }
  async leaveGuarded(bond: string, watch: string) {
    const guarded = this.#watching.guarded.filter((each) => each.bond !== bond || each.watch !== watch);
    this.#watching = { ...this.#watching, guarded };
    this.#heard({ kind: "watches" });
  }

  #own(bond: string): Watch {
    const watch = this.#watching.watches.find((each) => each.bond === bond);
    if (!watch) throw refusal("NotFound", "watch.none");
    return watch;
  }

  #put(watch: Watch | null, bond = watch?.bond): void {
    const others = this.#watching.watches.filter((each) => each.bond !== bond);
    this.#watching = { ...this.#watching, watches: watch ? [...others, watch] : others };
    this.#heard({ kind: "watches" });
  }

  #guard(bond: string, watch: string): Guarded {
    const guarded = this.#watching.guarded.find((each) => each.bond === bond && each.watch === watch);
    if (!guarded) throw refusal("NotFound", "guardian.none");
    return guarded;
  }

  #keep(guarded: Guarded): void {
    this.#watching = {
      ...this.#watching,
      guarded: this.#watching.guarded.map((each) => (each.watch === guarded.watch ? guarded : each)),
    };
    this.#heard({ kind: "watches" });
  }

  #stumble(): void {
    if (this.#refusal) throw this.#refusal;
  }
}

function refusal(name: string, code?: string, facts?: Refusal["facts"]): Refusal {
  return { name, sentence: name, ...(code ? { code } : {}), ...(facts ? { facts } : {}) };
}
