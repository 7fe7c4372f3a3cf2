/** Beside each file that gets shorter by it: the same, packed once and well, so that a relay packs nothing. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { filesIn } from "./files.ts";

const PACKED_ALREADY = /\.(png|webp|jpe?g|woff2|br|gz)$/;
/** Shorter ones fit one packet as they are. */
const BYTES_MIN = 256;

export function pack(folder: string): void {
  for (const { path } of filesIn(folder)) {
    const data = readFileSync(join(folder, path));
    if (PACKED_ALREADY.test(path) || data.length < BYTES_MIN) continue;
    const brotli = brotliCompressSync(data, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
      },
    });
    writeFileSync(join(folder, `${path}.br`), brotli);
    writeFileSync(join(folder, `${path}.gz`), gzipSync(data, { level: 9 }));
  }
}
