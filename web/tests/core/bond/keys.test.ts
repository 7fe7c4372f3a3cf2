import { describe, expect, test } from "vitest";

import { Bundle, checkRelayUrl } from "../../../src/core/bond/bundle";
import { Device, Keyring } from "../../../src/core/bond/keys";
import { Page, Root } from "../../../src/core/bond/kit";
import { openKeyring } from "../../../src/core/bond/paper";
import { concat, hex, randomBytes } from "../../../src/core/bytes";
import { decodeMap, encode, type RecordValue } from "../../../src/core/encoding";
import { Damaged, Mistaken, NotForMe } from "../../../src/core/errors";
import { Chain, QUICKNET } from "../../../src/core/wire/beacon";
import { scenario, scenarios } from "../../vectors";
import { flipped, NOW_S, pair, Person, RELAY } from "./people";

const BYTES_MAX = { bytesMax: 1 << 16 };

describe("the vectors of keys", () => {
  test("a kit root gives its keys, and its page reads back", () => {
    const vector = scenario("keys", "kit");
    const root = new Root(vector.bytes("root"));

    expect(hex(root.signingKey.verifyKey.raw)).toBe(vector.text("sign_public"));
    expect(hex(root.ageSeed)).toBe(vector.text("age_seed"));
    expect(hex(root.recipient)).toBe(vector.text("age_recipient"));
    expect(hex(root.ownerToken(vector.text("relay")))).toBe(vector.text("owner_token"));
    const page = Page.parse(vector.list("page").join("\n"));
    expect(page.root).toEqual(root);
    expect([page.relay, hex(page.box)]).toEqual([vector.text("relay"), vector.text("box")]);
    expect(hex(page.peer)).toBe(vector.text("peer_fingerprint"));
    expect(page.lines()).toEqual(vector.list("page"));
  });

  test("a bundle reads as it says", () => {
    const vector = scenario("keys", "bundle");
    const bundle = Bundle.parse(vector.bytes("signed"));
    const inbox = vector.inside("inbox");

    expect([bundle.name, bundle.epoch]).toEqual([vector.text("name"), vector.number("epoch")]);
    for (const name of ["root", "identity", "letter", "kit"] as const) {
      expect(hex(bundle[name])).toBe(vector.text(name));
    }
    expect(hex(bundle.prekey.key)).toBe(vector.inside("prekey").text("key"));
    expect([bundle.inbox.relay, hex(bundle.inbox.key)]).toEqual([inbox.text("relay"), inbox.text("key")]);
  });

  test.each(scenarios("keys", "refused_bundle"))("$name", (vector) => {
    expect(() => Bundle.parse(vector.bytes("signed"))).toThrow(Damaged);
  });

  test("a keyring opens with kit and device, and page and keyring belong together", async () => {
    const vector = scenario("keys", "keyring");
    const sealed = vector.bytes("sealed");

    for (const seed of ["kit_age_seed", "device_age_seed"]) {
      const keyring = await Keyring.open(sealed, vector.bytes(seed));
      expect(hex(encode(keyring.toRecord()))).toBe(vector.text("record"));
    }
    const page = Page.parse(scenario("keys", "kit").list("page").join("\n"));
    expect((await openKeyring(page, sealed)).box).toEqual(page.box);
  });

  test("a bond that ended is registered as the vector says", () => {
    const vector = scenario("keys", "parted");
    const device = { id: vector.bytes("device"), collect: vector.bytes("collect") };

    const keyring = Keyring.fromRecord(decodeMap(vector.bytes("keyring"), BYTES_MAX));

    expect(hex(encode(keyring.registration(device)))).toBe(vector.text("after"));
    expect(keyring.partedS).toBe(vector.number("parted_s"));
    const before = keyring.with({ partedS: 0, generation: keyring.generation - 1 });
    expect(hex(encode(before.registration(device)))).toBe(vector.text("before"));
    expect(hex(encode(keyring.toRecord()))).toBe(vector.text("keyring"));
  });
});

test("everything of a kit follows from its root and nothing from another", () => {
  const [root, other] = [new Root(new Uint8Array(32)), new Root(new Uint8Array(32).fill(1))];
  const keys = (one: Root): string[] =>
    [
      one.seed,
      one.ageSeed,
      one.signingKey.seed,
      one.ownerToken(RELAY),
      one.ownerToken("https://b.example"),
    ].map(hex);

  expect(keys(root)).toEqual(keys(new Root(new Uint8Array(32))));
  expect(new Set([...keys(root), ...keys(other)]).size).toBe(10);
  expect(() => new Root(new Uint8Array(31))).toThrow(Mistaken);
});

test("a bundle shows what the peer needs and no secret", () => {
  const { keyring, root, bundle: signed } = new Person("Ana");
  const bundle = Bundle.parse(signed);

  expect(bundle.letter).toEqual(keyring.letterRecipient);
  expect(bundle.kit).toEqual(root.recipient);
  expect(bundle.prekey.tag).toEqual(keyring.prekey.tag);
  expect(bundle.inbox).toEqual(keyring.inbox);
  for (const secret of [
    ...keyring.identities,
    ...keyring.letters,
    keyring.prekey.seed,
    keyring.depositSelf,
  ]) {
    expect(hex(signed)).not.toContain(hex(secret));
  }
});

test("a bundle with any bit changed is refused", () => {
  const { bundle } = new Person("Ana");

  for (let at = 0; at < bundle.length; at += 97) {
    expect(() => Bundle.parse(flipped(bundle, at))).toThrow(Damaged);
  }
});

test("a bundle tells the beacon of its relay, and one that is none is refused", () => {
  const { keyring, root } = new Person("Ana");
  const record = QUICKNET.record();

  const { chain } = Bundle.parse(keyring.with({ chain: record }).bundle(root));

  expect(Chain.fromRecord(chain!)).toEqual(QUICKNET);
  const wrong = keyring.with({ chain: { ...record, key: new Uint8Array(96) } }).bundle(root);
  expect(() => Bundle.parse(wrong)).toThrow(Damaged);
});

test("a bundle without the root is refused where the root is asked for", () => {
  const { keyring } = new Person("Ana");
  const signed = keyring.bundle(null);

  expect(Bundle.parse(signed, { byRoot: false }).name).toBe("Ana");
  expect(() => Bundle.parse(signed)).toThrow(Damaged);
  expect(() => Bundle.parse(keyring.bundle(Root.generate(randomBytes)), { byRoot: false })).toThrow(Damaged);
});

test.each(["", "  ", "a".repeat(65), "Ana\n", "\x1b[2J", "a\u202eb", "\ud800", "a\u00a0b"])(
  "nobody can be called %j",
  (name) => {
    expect(() => new Person(name)).toThrow(Mistaken);
  },
);

test.each(["Ana", "Zoë", "李明", "محمد", "A B", "🔔", "🔔".repeat(64)])(
  "somebody can be called %s",
  (name) => {
    expect(Bundle.parse(new Person(name).bundle).name).toBe(name);
  },
);

test.each(
  `relay.example ftp://relay.example https://relay.example/ https://a?b https://a#b https://a:b https://a:0
   https://a:99999 https://[:: https://[zz] https:// https:///a https://a..b https://a: https://u@a
   https://é.example https://[::1]x https://${"a".repeat(64)} https://${"a.".repeat(125)}a`.split(/\s+/),
)("%s is no relay", (url) => {
  expect(() => checkRelayUrl(url)).toThrow(Damaged);
});

test.each(["https://relay.example", "http://127.0.0.1:8080", "http://[::1]:80", "https://a_b.c-d/twinbell"])(
  "%s can be a relay",
  (url) => {
    expect(checkRelayUrl(url)).toBe(url);
  },
);

test("a keyring opens with each device and with the kit and with nothing else", async () => {
  const { keyring, device, root } = new Person("Ana");
  const second = Device.generate(randomBytes);
  const shared = keyring.with({ devices: [...keyring.devices, [second.id, second.recipient]] });

  const sealed = await shared.seal();

  for (const seed of [device.ageSeed, second.ageSeed, root.ageSeed]) {
    expect(await Keyring.open(sealed, seed)).toEqual(shared);
  }
  await expect(Keyring.open(sealed, new Uint8Array(32))).rejects.toThrow(NotForMe);
});

test("the size of a sealed keyring does not tell how many prekeys it has", async () => {
  const { keyring } = new Person("Ana");
  let older = keyring;
  for (let week = 0; week < 50; week++) older = older.withPrekey(NOW_S, randomBytes);

  expect((await keyring.seal()).length).toBe((await older.seal()).length);
});

test("a new epoch renews all that a thief knew and keeps what opens old letters", () => {
  const { keyring: before, device } = new Person("Ana");

  const after = before.withEpoch(device, NOW_S, randomBytes);

  expect([after.epoch, after.generation]).toEqual([before.epoch + 1, before.generation + 1]);
  expect([after.letters[0], after.identities[0]]).toEqual([before.letters[0], before.identities[0]]);
  for (const name of ["identities", "letters", "prekeys", "inboxKeys"] as const) {
    expect(after[name].at(-1)).not.toEqual(before[name].at(-1));
  }
  expect(after.depositPeer).not.toEqual(before.depositPeer);
  expect(after.depositSelf).not.toEqual(before.depositSelf);
});

test("the relay is told hashes and no token", () => {
  const { keyring, device } = new Person("Ana");
  const record = hex(encode(keyring.registration(device)));

  for (const token of [keyring.depositPeer, keyring.depositSelf, device.collect, device.owner]) {
    expect(record).not.toContain(hex(token));
  }
});

test("a kit page reads back as it was printed and as it was typed", () => {
  const [ana] = pair();
  const page = ana.keyring.page(new Root(ana.device.root));
  const text = page.lines().join("\n");
  const typed = text.toUpperCase().replace("RELAY   HTTPS://RELAY.EXAMPLE", `Relay ${RELAY}`);

  for (const each of [text, text.replaceAll("\n", "\r\n"), typed, text.replace(" 1 ", " １ ")]) {
    expect(Page.parse(each)).toEqual(page);
  }
  expect(Page.fromRecord(page.toRecord())).toEqual(page);
  expect(page.peer).toEqual(ana.peer.fingerprint);
});

test("a kit page of a bell that nobody answered is a mistake", () => {
  const { keyring, root } = new Person("Ana");

  expect(() => keyring.page(root)).toThrow(Mistaken);
});

test("a kit page with a wrong word or a missing line is refused in words", () => {
  const [ana] = pair();
  const lines = ana.keyring.page(new Root(ana.device.root)).lines();
  const without = (name: string): string => lines.filter((line) => !line.startsWith(name)).join("\n");

  expect(() => Page.parse(without("relay"))).toThrow(/relay/);
  expect(() => Page.parse(without("inbox"))).toThrow(/inbox/);
  expect(() => Page.parse(lines.toSpliced(3, 1).join("\n"))).toThrow(/24 words/);
  expect(() => Page.parse(lines.toSpliced(2, 2, lines[3]!, lines[2]!).join("\n"))).toThrow(Damaged);
  expect(() => Page.parse(lines.join("\n").replace(/inbox.*/, "inbox 00fg"))).toThrow(/digits/);
});

test("paper and the copy at the relay bring a side back", async () => {
  const [ana, ben] = pair();
  const root = new Root(ana.device.root);
  const slot = await ana.keyring.seal();
  const page = Page.parse(ana.keyring.page(root).lines().join("\n"));

  const keyring = await openKeyring(page, slot);

  expect(keyring).toEqual(ana.keyring);
  expect(page.root.ownerToken(page.relay)).toEqual(ana.device.owner);
  await expect(openKeyring(page, await ben.keyring.seal())).rejects.toThrow(NotForMe);
  await expect(openKeyring(page, await ana.keyring.parted(NOW_S).seal())).rejects.toThrow(/ended/);
  const stranger = page.with({ peer: new Uint8Array(16) });
  await expect(openKeyring(stranger, slot)).rejects.toThrow(/somebody else/);
});

test("a field that is missing or of another kind is damaged, and one that is new is left alone", () => {
  const record = new Person("Ana").device.toRecord();
  const { id: _, ...without } = record;
  const broken: RecordValue[] = [
    without,
    { ...record, id: "text" },
    { ...record, id: concat() },
    { ...record, v: 2 },
  ];

  for (const each of broken) expect(() => Device.fromRecord(each)).toThrow(Damaged);
  expect(Device.fromRecord({ ...record, colour: "onyx" })).toEqual(Device.fromRecord(record));
});
