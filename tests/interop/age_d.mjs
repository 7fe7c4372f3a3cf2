// `age -d -i KEY -o OUT IN` by npm age-encryption: an age with post-quantum keys where none is installed.

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import * as age from "age-encryption";

const { values, positionals } = parseArgs({
  options: {
    decrypt: { type: "boolean", short: "d" },
    identity: { type: "string", short: "i" },
    output: { type: "string", short: "o" },
  },
  allowPositionals: true,
});
const decrypter = new age.Decrypter();
for (const line of readFileSync(values.identity, "utf8").split("\n")) {
  if (line.startsWith("AGE-SECRET-KEY-")) decrypter.addIdentity(line.trim());
}
writeFileSync(values.output, await decrypter.decrypt(readFileSync(positionals[0])));
