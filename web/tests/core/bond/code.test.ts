import { expect, test } from "vitest";

import { checkNameplate, Code, type Form, freshSecret } from "../../../src/core/bond/code";
import { randomBytes } from "../../../src/core/bytes";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { scenario } from "../../vectors";

const vector = scenario("bell", "codes");
const known = { relay: vector.text("known_relay") };

test.each(vector.each("good"))("$json.typed is read as it was meant", (row) => {
  const code = Code.parse(row.text("typed"), known);

  expect(code.form).toBe(row.text("form"));
  expect([code.relay, code.nameplate]).toEqual([row.text("relay"), row.text("nameplate")]);
  expect(new TextDecoder().decode(code.password)).toBe(row.text("password"));
  expect(String(code)).toBe(row.text("shown"));
});

test.each(vector.list("refused"))("“%s” is refused with what is wrong with it", (typed) => {
  const parse = (): Code => Code.parse(String(typed), known);

  expect(parse).toThrow(Mistaken);
  expect(parse).toThrow(expect.objectContaining({ code: expect.stringMatching(/^bell\./) }));
});

test.each<Form>(["spoken", "link"])("a fresh %s code reads back as itself", (form) => {
  const nameplate = form === "link" ? "a".repeat(26) : "123";
  const secret = freshSecret(form, randomBytes);
  const code = new Code({ form, relay: "https://relay.example:8443/twinbell", nameplate, secret });

  expect(Code.parse(String(code))).toEqual(code);
});

test("a code that names no relay needs to be told one", () => {
  expect(() => Code.parse("7-crater-lamp-violin")).toThrow(expect.objectContaining({ code: "bell.relay" }));
  expect(Code.parse("7-crater-lamp-violin", { relay: "https://here.example/" }).relay).toBe(
    "https://here.example",
  );
});

test("a name that a relay may not give is refused", () => {
  expect(checkNameplate("spoken", "42")).toBe("42");
  for (const name of ["", "0", "042", "7-crater", "1234567890", "a".repeat(26)]) {
    expect(() => checkNameplate("spoken", name)).toThrow(Damaged);
  }
  expect(() => checkNameplate("link", "42")).toThrow(Damaged);
});
