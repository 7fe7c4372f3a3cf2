/**
 * Coming back from paper: a kit page, the keyring from its slot, and a new device that takes the bond up.
 *
 *     read      the keyring, by the owner token that the page gives
 *     save      the bond, its registration and what the other is to be told, in one change
 *     settle    our mailbox knows this device
 *     collect   what waits in the inbox, since it may bring a newer prekey of the other
 *     send      that we came back; the other's client then gives every letter again (`giving`)
 *
 * A crash after `save` loses nothing: the home goes on by itself. What is done and why is in `core/bond/paper`.
 */

import { Page } from "../core/bond/kit";
import * as paper from "../core/bond/paper";
import { hex } from "../core/bytes";
import { NotFound, Refused } from "../core/errors";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { stepInside } from "./journal";
import * as mail from "./mail";
import { baseUrl } from "./transport";

/** Take a bond up again from the page of its kit; return its id. */
export async function restore(home: Home, text: string): Promise<Uint8Array> {
  const page = Page.parse(text);
  baseUrl(page.relay); // what is no address is refused in words
  const [sealed] = await home.relay(page.relay).readSlot(page.box, page.root.ownerToken(page.relay));
  if (sealed.length === 0)
    throw new NotFound("The keyring of this kit does not lie at its relay any more.", {
      code: "kit.gone",
      facts: { relay: page.relay },
    });
  const keyring = await paper.openKeyring(page, sealed);
  const pendant = paper.restore(keyring, page.root);
  const { id } = pendant.bond;
  await home.change(async (draft) => {
    if (draft.one("bond", hex(id))) throw new Refused("This bond is here already.", { code: "kit.here" });
    bonds.put(home, draft, pendant, pendant.peer.name, home.nowS);
    await stepInside(home, draft, id, { type: "CameBack", root: page.root, leap: 0 });
    if (keyring.watch.owned.length) (await import("./watch")).adopt(draft);
  });
  try {
    await mail.settle(home, id);
    await mail.collect(home, id);
  } catch (error) {
    mail.foreseen(error); // what is left goes as soon as the relay answers
  }
  return id;
}
