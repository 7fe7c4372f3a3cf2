import { describe, expect, test } from "vitest";

import { utf8 } from "../../../src/core/bytes";
import { SigningKey, VerifyKey } from "../../../src/core/crypto/signing";
import * as sshsig from "../../../src/core/crypto/sshsig";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { scenarios } from "../../vectors";

describe("the vectors of SSH signatures", () => {
  test.each(scenarios("sshsig"))("$name", (vector) => {
    const key = new VerifyKey(vector.bytes("public"));
    const purpose = { namespace: vector.text("namespace") };
    const check = () => sshsig.verify(key, vector.bytes("message"), vector.text("signature"), purpose);

    if (vector.refuses) {
      expect(check).toThrow(Damaged);
      return;
    }
    check();
    expect(sshsig.publicLine(key)).toBe(vector.text("public_line"));
    if (vector.has("seed")) {
      const signer = new SigningKey(vector.bytes("seed"));
      expect(sshsig.sign(signer, vector.bytes("message"), purpose)).toBe(vector.text("signature"));
    }
  });
});

test("each refusal says what is wrong", () => {
  const key = SigningKey.generate();
  const armored = sshsig.sign(key, utf8("yes"), { namespace: "letter@twinbell" });
  const verify = (message: string, namespace: string, by = key) =>
    sshsig.verify(by.verifyKey, utf8(message), armored, { namespace });

  verify("yes", "letter@twinbell");
  expect(() => verify("no", "letter@twinbell")).toThrow("This signature is not right.");
  expect(() => verify("yes", "ring@twinbell")).toThrow("This signature was made for another purpose.");
  expect(() => verify("yes", "letter@twinbell", SigningKey.generate())).toThrow(
    "This was signed with another key.",
  );
  expect(() => sshsig.sign(key, utf8("yes"), { namespace: "" })).toThrow(Mistaken);
});

test("more text than any signature has is refused unread", () => {
  const key = SigningKey.generate().verifyKey;

  expect(() => sshsig.verify(key, utf8(""), "a".repeat(4097), { namespace: "n" })).toThrow("too long");
});

test("the line of an allowed signer names principal and purpose", () => {
  const line = sshsig.allowedSigner(SigningKey.generate().verifyKey, {
    principal: "writer@bond.twinbell",
    namespace: "letter@twinbell",
  });

  expect(line).toMatch(
    /^writer@bond\.twinbell namespaces="letter@twinbell" ssh-ed25519 AAAA[A-Za-z0-9+/]+=*$/,
  );
});
