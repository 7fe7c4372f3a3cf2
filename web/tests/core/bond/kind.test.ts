/** A bond has a kind: both have asked for the same one, or there is none. */

import { expect, test } from "vitest";

import * as bell from "../../../src/core/bond/bell";
import { Bundle } from "../../../src/core/bond/bundle";
import { Code, type Form } from "../../../src/core/bond/code";
import * as control from "../../../src/core/bond/control";
import { Standing } from "../../../src/core/bond/control";
import { Keyring, type Kind } from "../../../src/core/bond/keys";
import { Pendant } from "../../../src/core/bond/pendant";
import { randomBytes } from "../../../src/core/bytes";
import { decodeMap } from "../../../src/core/encoding";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { scenario } from "../../vectors";
import { message, NOW_S, pair, Person, RELAY, ringTrue } from "./people";

const FORMS: readonly Form[] = ["spoken", "link"];
const LINK = `${RELAY}/bell#${"a".repeat(26)}-${"b".repeat(25)}a`;
const BYTES_MAX = { bytesMax: 8192 };

test("codes say for which kind of bond, as the vector has it", () => {
  const vector = scenario("guardians", "codes");

  for (const row of vector.each("codes")) {
    const code = Code.parse(row.text("typed"));
    expect([String(code), code.kind]).toEqual([row.text("code"), row.text("kind")]);
  }
  for (const text of vector.list("refused")) expect(() => Code.parse(String(text))).toThrow(Mistaken);
});

test("a bundle says for which kind of bond, as the vector has it", () => {
  const vector = scenario("guardians", "bundle");

  expect(Bundle.parse(vector.bytes("signed")).kind).toBe("guardian");
  expect(vector.text("kind")).toBe("guardian");
  for (const row of vector.each("refused")) expect(() => Bundle.parse(row.bytes("signed"))).toThrow(Damaged);
});

test.each(FORMS)("both sides of a guardian's bell that is given as %s have a guardian's bond", (form) => {
  const [ana, ben] = [new Person("Ana", "guardian"), new Person("Ben", "guardian")];
  const placed = ana.gives(form);

  const [giver, answerer] = ringTrue(placed, ben.answers(String(placed.code)));

  const ours = Pendant.begin(ana.keyring, ana.device, giver.joined);
  expect([ours.kind, ours.peer.kind, answerer.joined.peer.kind]).toEqual(Array(3).fill("guardian"));
  expect(Pendant.fromBytes(ours.toBytes())).toEqual(ours);
});

test.each(FORMS)("a code that is given as %s says what for before anybody answers", (form) => {
  const { code } = new Person("Ana", "guardian").gives(form);

  expect(code.kind).toBe("guardian");
  expect(Code.parse(String(code))).toEqual(code);
  expect(String(code)).toContain("-guardian");
});

test("a code without the mark is of a pair and written as ever", () => {
  expect(Code.parse(LINK).kind).toBe("pair");
  expect(String(Code.parse(LINK))).toBe(LINK);
  expect(Code.parse(`${LINK}-guardian`).kind).toBe("guardian");
});

test("who means another kind does not answer", () => {
  const { code } = new Person("Ana", "guardian").gives();

  expect(() => new Person("Ben").answers(code)).toThrow(/another kind/);
});

test.each<[Kind, Kind]>([
  ["pair", "guardian"],
  ["guardian", "pair"],
])("where one means a %s and the other a %s there is no bond", (kind, other) => {
  let giver = new Person("Ana", kind).gives();
  let answerer = new Person("Ben", other).answers(giver.code.with({ kind: other }));

  answerer = bell.step(answerer, message(1, giver.m1), NOW_S);
  giver = bell.step(giver, message(2, answerer.m2), NOW_S);
  giver = bell.step(giver, { type: "Check" }, NOW_S);
  answerer = bell.step(answerer, message(3, giver.m3), NOW_S);

  expect([answerer.outcome, answerer.state]).toEqual(["burnt", "burnt"]);
  expect(answerer.reason).toMatch(/^They meant this bell for a (guardian|pair), and you/);
});

test("a side that is saved keeps its kind", () => {
  const giver = new Person("Ana", "guardian").gives();
  const answerer = new Person("Ben", "guardian").answers(giver.code);

  expect(bell.Giver.fromRecord(giver.toRecord()).code).toEqual(giver.code);
  expect(bell.Answerer.fromRecord(answerer.toRecord())).toEqual(answerer);
});

test("a pair says nothing of its kind, nor of a watch that it does not have", () => {
  const { keyring, bundle } = new Person("Ana");
  const record = decodeMap(decodeMap(bundle, BYTES_MAX)["record"] as Uint8Array, BYTES_MAX);

  expect(Object.keys(record)).not.toContain("kind");
  expect(Object.keys(keyring.toRecord())).not.toContain("kind");
  expect(Object.keys(keyring.toRecord())).not.toContain("watch");
});

test.each(["pair", "heir", 7])("a keyring of the kind %j is refused", (kind) => {
  const record = new Person("Ana").keyring.toRecord();

  expect(() => Keyring.fromRecord({ ...record, kind })).toThrow(Damaged);
});

test("new keys do not change what a bond is for", () => {
  const [ana, ben] = pair("guardian");
  const after = ana.keyring.withEpoch(ana.device, NOW_S, randomBytes);
  const accepted = (keyring: Keyring): control.Accepted | null => {
    const signed = control.signEpoch(ana.keyring, keyring, NOW_S, null);
    return control.acceptEpoch(control.judge(signed, ben.keyring, ben.standing), ben.peer, new Standing());
  };

  expect(accepted(after)?.[0].kind).toBe("guardian");
  expect(() => accepted(after.with({ kind: "pair" }))).toThrow(Damaged);
});
