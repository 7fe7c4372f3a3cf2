import { describe, expect, test } from "vitest";

import { hex, randomBytes, utf8 } from "../../../src/core/bytes";
import * as cpace from "../../../src/core/crypto/cpace";
import { Damaged } from "../../../src/core/errors";
import { scenarios } from "../../vectors";

describe("the vectors of CPace", () => {
  test.each(scenarios("cpace"))("$name", (vector) => {
    const sid = vector.bytes("sid");
    const said = {
      shareA: vector.bytes("share_a"),
      dataA: vector.bytes("data_a"),
      shareB: vector.bytes("share_b"),
      dataB: vector.bytes("data_b"),
    };
    const scalarA = vector.bytes("scalar_a");

    if (vector.refuses) {
      expect(() => cpace.finish(scalarA, said, { sid, initiator: true })).toThrow(Damaged);
      return;
    }
    const channel = utf8(vector.text("channel"));
    const generator = cpace.generator(utf8(vector.text("password")), { sid, channel });
    const session = cpace.finish(vector.bytes("scalar_b"), said, { sid, initiator: false });
    expect(hex(generator)).toBe(vector.text("generator"));
    expect(hex(cpace.share(scalarA, generator))).toBe(vector.text("share_a"));
    expect(hex(session.isk)).toBe(vector.text("isk"));
    expect(hex(session.tagA)).toBe(vector.text("tag_a"));
    expect(hex(session.tagB)).toBe(vector.text("tag_b"));
    expect(hex(session.sidOutput)).toBe(vector.text("sid_output"));
    expect(cpace.finish(scalarA, said, { sid, initiator: true })).toEqual(session);
  });
});

function run(passwordA: string, passwordB: string) {
  const occasion = { sid: randomBytes(32), channel: utf8("twinbell/v1/bell") };
  const a = cpace.begin(utf8(passwordA), occasion);
  const b = cpace.begin(utf8(passwordB), occasion);
  const said = { shareA: a.share, dataA: utf8("a"), shareB: b.share, dataB: utf8("b") };
  return [
    cpace.finish(a.scalar, said, { sid: occasion.sid, initiator: true }),
    cpace.finish(b.scalar, said, { sid: occasion.sid, initiator: false }),
  ] as const;
}

test("the same words give both the same key, and other words another", () => {
  const [a, b] = run("crater-lamp-violin", "crater-lamp-violin");
  const [c, d] = run("crater-lamp-violin", "crater-lamp-violet");

  expect(a).toEqual(b);
  cpace.checkTag(a.tagB, b.tagB);
  expect(c.isk).not.toEqual(d.isk);
  expect(() => cpace.checkTag(c.tagB, d.tagB)).toThrow(Damaged);
  expect(() => cpace.checkTag(a.tagB, a.tagB.subarray(1))).toThrow(Damaged);
});
