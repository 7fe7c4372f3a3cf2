/**
 * A home that lives in memory: two people, every page, no relay. For developing pages and for taking their pictures.
 *
 * `?scene=` chooses what is there (see `scenes`); `?slow` answers late; `?at=` sets the clock of what was sent.
 */
import type {
  Api,
  Bell,
  Bond,
  BondKind,
  Event,
  Letter,
  Listener,
  Opened,
  Refusal,
  Ring,
  Room,
  Seal,
  Wish,
} from "../../src/client/api";
import { scene, type Scene } from "./scenes";
import { PretendWatches } from "./watch";

export function pretend(tell: Listener): Api {
  const query = new URLSearchParams(location.search);
  const home = new Pretend(scene(query.get("scene") ?? "one"), tell);
  const slowMs = query.has("slow") ? 4000 : 0;
  return new Proxy(home, {
    get(target, name: keyof Api) {
      const method = target[name] as (...given: unknown[]) => Promise<unknown>;
      if (typeof method !== "function") return undefined;
      return async (...given: unknown[]) => {
        structuredClone(given); // as a real worker would: what can't be copied must fail here too
        if (slowMs) await after(slowMs);
        return method.apply(target, given);
      };
    },
  });
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const nowS = (): number => Math.floor(Date.now() / 1000);

class Pretend extends PretendWatches implements Api {
  #scene: Scene;
  #tell: Listener;
  #bells: Bell[] = [];
  #room: Room | null = null;
  #numbers = 0;

  constructor(scene: Scene, tell: Listener) {
    super(scene.watching, tell, scene.refuse);
    this.#scene = scene;
    this.#tell = tell;
    if (scene.ring) setTimeout(() => this.#ring(), 2500);
    if (scene.knock) setTimeout(() => tell({ kind: "knock", bond: this.#bond().id, atS: nowS() }), 200);
  }

  async start() {
    return { state: this.#scene.state, storage: this.#scene.storage };
  }
  async takeOver() {
    this.#scene = scene("one");
    return this.start();
  }

  async giveBell({
    name,
    form,
    kind = "pair",
  }: {
    name: string;
    form: "spoken" | "link";
    kind?: BondKind;
  }): Promise<Bell> {
    if (!name.trim()) throw refusal("Mistaken", "name.empty");
    this.#refuse();
    const bell: Bell = {
      id: `bell${++this.#numbers}`,
      giver: true,
      form,
      kind,
      code:
        form === "link"
          ? `${location.origin}/bell#kq2b6rh4xw7mzt3ncv5pajsydu-e4mhz7wq2xk6rtbn5cvpajsyda${kind === "guardian" ? "-guardian" : ""}`
          : `7-crater-lamp-violin${kind === "guardian" ? "-guardian" : ""}@relay.example`,
      expiresS: nowS() + (form === "link" ? 7 * 86_400 : 600),
      stage: "waiting",
    };
    this.#bells = [bell];
    if (!new URLSearchParams(location.search).has("hang")) this.#joinSoon(bell.id);
    return bell;
  }
  async answerBell({ name, code }: { name: string; code: string }): Promise<Bell> {
    if (!name.trim()) throw refusal("Mistaken", "name.empty");
    if (!/[-\s]/.test(code.trim())) throw refusal("Mistaken", "bell.form");
    this.#refuse();
    const bell: Bell = {
      id: `bell${++this.#numbers}`,
      giver: false,
      form: "link",
      kind: await this.bellKind(code),
      code: "",
      expiresS: nowS() + 600,
      stage: "waiting",
    };
    this.#bells = [bell];
    this.#joinSoon(bell.id);
    return bell;
  }
  async bells() {
    return this.#bells;
  }
  async dropBell(id: string) {
    this.#bells = this.#bells.filter((bell) => bell.id !== id);
  }

  async bonds() {
    return this.#scene.bonds;
  }
  async verify(bond: string) {
    this.#change(bond, { verified: true, changed: false });
  }
  async rename(bond: string, name: string) {
    this.#change(bond, { peer: name });
  }
  async setReceipts(bond: string, on: boolean) {
    this.#change(bond, { receipts: { ...this.#bond(bond).receipts, ours: on } });
  }
  async setAbout(bond: string, about: Bond["about"]["ours"]) {
    this.#change(bond, { about: { ...this.#bond(bond).about, ours: about } });
  }
  async setPortrait(bond: string, portrait: Bond["portraits"]["ours"]) {
    this.#change(bond, { portraits: { ...this.#bond(bond).portraits, ours: portrait } });
  }
  async setQuiet(bond: string, quiet: Bond["quiet"]) {
    this.#change(bond, { quiet });
  }
  async part(bond: string) {
    this.#change(bond, { parted: true });
  }
  async link(bond: string) {
    return { bond, state: this.#scene.online ? "connected" : "offline", waitingOut: 0 } as const;
  }

  async ring(_bond: string, _pattern: readonly number[]) {
    this.#refuse();
    return { gone: this.#scene.online, n: 1 };
  }
  async missedRings() {
    return this.#scene.missed;
  }
  async seenRings() {
    this.#scene = { ...this.#scene, missed: [] };
  }

  async kit(bond: string) {
    const words = KIT_WORDS;
    const rows = Array.from({ length: 6 }, (_, row) =>
      words
        .slice(row * 4, row * 4 + 4)
        .map((word, at) => `${String(row * 4 + at + 1).padStart(2)} ${word.padEnd(10)}`)
        .join(" ")
        .trimEnd(),
    );
    const inbox = "3f9a 0c77 51de 42ab 9e08 77c1 d3f0 6b25";
    const peer = "b81d 44e9 02f7 9ac3 5d10 e6a8 70cb 1f92";
    return {
      words,
      relay: "https://relay.example",
      inbox,
      peer,
      page:
        [
          "Twinbell recovery kit, version 1",
          "",
          ...rows,
          "",
          "relay   https://relay.example",
          `inbox   ${inbox}`,
          `peer    ${peer}`,
        ].join("\n") + `\n${bond ? "" : ""}`,
    };
  }
  async confirmKit(bond: string, typed: ReadonlyMap<number, string>) {
    const right = [...typed].every(([at, word]) => KIT_WORDS[at] === word.trim().toLowerCase());
    if (right) this.#change(bond, { kitConfirmed: true });
    return right;
  }
  async restore(page: string) {
    if (page.split(/\s+/).length < 24) throw refusal("Damaged", "kit.words");
    this.#scene = scene("one");
    this.#tell({ kind: "bonds" });
    return this.#bond();
  }
  async exportBond() {
    return new Blob(["pretend"]);
  }

  async plan({ wish, hold }: { bond: string; wish: Wish | null; hold: string }): Promise<Seal> {
    if (!wish)
      return {
        opensS: null,
        local: null,
        zone: null,
        strength: "nothing",
        keepers: [],
        ways: [[]],
        keep: true,
      };
    const opensS = Math.floor(Date.parse(wish.local + "Z") / 1000) - 9 * 3600;
    if (opensS < nowS()) throw refusal("Mistaken", "wish.past");
    const keepers = [
      { label: "quicknet", ours: false },
      { label: "relay.example", ours: false },
      { label: "evernet", ours: false },
    ];
    const names = keepers.map((keeper) => keeper.label);
    const pairs = [
      [names[0], names[1]],
      [names[0], names[2]],
      [names[1], names[2]],
    ] as string[][];
    const ways = hold === "secrecy" ? [names] : hold === "survival" ? names.map((name) => [name]) : pairs;
    return {
      opensS,
      local: wish.local,
      zone: wish.zone,
      strength: "mathematics",
      keepers,
      ways,
      keep: opensS - nowS() > 31_557_600,
    };
  }
  async writeLetter(letter: {
    bond: string;
    subject: string;
    wish: Wish | null;
    years: number;
    hold: string;
    files: readonly File[];
  }) {
    this.#refuse();
    await after(900);
    const seal = await this.plan({ bond: letter.bond, wish: letter.wish, hold: letter.hold });
    const ids = Array.from({ length: letter.years }, () => `new${++this.#numbers}`);
    const made = ids.map((id): Letter => ({
      id,
      bond: letter.bond,
      outgoing: true,
      state: "sending",
      progress: 0.42,
      bytes: 4_300_000,
      seal,
      atS: nowS(),
      openedS: null,
      subject: letter.subject,
      fileCount: letter.files.length,
      reached: null,
    }));
    this.#scene = { ...this.#scene, letters: [...made, ...this.#scene.letters] };
    this.#tell({ kind: "letters", bond: letter.bond });
    return ids;
  }
  async letters(bond: string) {
    return this.#bond(bond).kind === "guardian" ? [] : this.#scene.letters;
  }
  async openLetter(id: string): Promise<Opened> {
    const letter = this.#scene.letters.find((each) => each.id === id);
    if (!letter) throw refusal("NotFound");
    if (letter.state === "waiting") throw refusal("NotYet", undefined, { opensS: letter.seal.opensS ?? 0 });
    if (letter.state === "damaged") throw refusal("PayloadDamaged");
    await after(400);
    this.#scene = {
      ...this.#scene,
      letters: this.#scene.letters.map((each) =>
        each.id === id && each.state === "ready"
          ? { ...each, state: "opened", openedS: nowS(), subject: this.#scene.opened.subject, fileCount: 2 }
          : each,
      ),
    };
    this.#tell({ kind: "letters", bond: letter.bond });
    return { ...this.#scene.opened, id, subject: letter.subject ?? this.#scene.opened.subject };
  }
  async draft() {
    return this.#scene.draft;
  }
  async saveDraft() {}

  async knock() {}
  async enter(bond: string) {
    this.#room = { bond, state: this.#scene.online ? "alone" : "knocking", first: null, place: "harbour" };
    setTimeout(() => this.#comeTogether(bond), 600);
    return this.#room;
  }
  async leave() {
    this.#room = null;
  }
  async think(_bond: string, { number, text, done }: { number: number; text: string; done: boolean }) {
    void number;
    if (done && text) setTimeout(() => this.#thought("so did I"), 1500);
  }
  async hand(_bond: string, pressed: boolean) {
    setTimeout(() => this.#tell({ kind: "hand", mine: false, pressed }), 900);
  }

  async news() {
    return this.#scene.news;
  }
  async seenNews() {}
  async pushKey() {
    return null;
  }
  async setPush() {}
  async awake() {}

  #bond(id?: string): Bond {
    const bond = this.#scene.bonds.find((each) => !id || each.id === id);
    if (!bond) throw refusal("NotFound");
    return bond;
  }

  #change(id: string, change: Partial<Bond>): void {
    this.#scene = {
      ...this.#scene,
      bonds: this.#scene.bonds.map((each) => (each.id === id ? { ...each, ...change } : each)),
    };
    this.#tell({ kind: "bonds" });
  }

  #refuse(): void {
    if (this.#scene.refuse) throw this.#scene.refuse;
  }

  #ring(): void {
    const ring: Ring = {
      number: ++this.#numbers,
      bond: this.#bond().id,
      pattern: [400, 200, 150, 200, 600],
      sentS: nowS(),
      arrivedS: nowS(),
      sound: true,
    };
    this.#tell({ kind: "ring", ring });
  }

  #joinSoon(bell: string): void {
    setTimeout(() => {
      const outcome = (new URLSearchParams(location.search).get("outcome") ?? "joined") as "joined";
      this.#bells = [];
      if (outcome === "joined") this.#scene = scene("new");
      this.#tell({
        kind: "bell",
        outcome: { bell, outcome, seems: false, ...(outcome === "joined" ? { bond: this.#bond().id } : {}) },
      });
    }, 3000);
  }

  #comeTogether(bond: string): void {
    if (this.#scene.alone) return;
    this.#room = { bond, state: "together", first: "them", place: "harbour" };
    this.#tell({ kind: "room", room: this.#room });
    const said: Event[] = [
      { kind: "thought", mine: false, number: 1, text: "the harbour was quiet this morning", done: true },
      { kind: "thought", mine: true, number: 1, text: "I thought of you at the bridge", done: true },
      { kind: "thought", mine: false, number: 2, text: "so did I", done: true },
    ];
    said.forEach((event, at) => setTimeout(() => this.#tell(event), 300 * (at + 1)));
    setTimeout(() => this.#tell({ kind: "hand", mine: false, pressed: true }), 1400);
  }

  #thought(text: string): void {
    this.#tell({ kind: "thought", mine: false, number: 10 + ++this.#numbers, text, done: true });
  }
}

function refusal(name: string, code?: string, facts?: Refusal["facts"]): Refusal {
  return { name, sentence: name, ...(code ? { code } : {}), ...(facts ? { facts } : {}) };
}

const KIT_WORDS =
  "amber harbour lantern crater violin meadow winter copper island candle river orchard silver window garden thunder paper bridge velvet anchor morning needle forest ember".split(
    " ",
  );
