/**
 * The first pairing of a worker takes ten times as long as the next, because the engine meets that code for the first
 * time. Whoever calls this in an idle moment pays for it then, and not when a letter is opened.
 */

import { utf8 } from "../bytes";
import { HybridIdentity } from "./hybrid";
import { open, seal } from "./stream";
import { TlockRecipient, type PinnedChain } from "./tlock";

/** Seal and open something small, to a key and to a round of `chain`. */
export async function warmUp(chain: PinnedChain): Promise<void> {
  const key = HybridIdentity.generate();
  await open(await seal(utf8("warm"), [key.recipient]), [key]);
  await seal(utf8("warm"), [new TlockRecipient(chain, 1)]);
}
