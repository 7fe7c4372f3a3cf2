/**
 * Being woken: which push subscription of this browser our relays know.
 *
 * A subscription is made for the key of one relay, the one that served the page; bonds whose inbox lies elsewhere
 * are not woken. It is a duty like a registration: told as soon as the relay answers, and to new bonds as well.
 */

import { utf8 } from "../core/bytes";
import { NotFound } from "../core/errors";
import * as bonds from "./bonds";
import type { Home } from "./home";
import type { Draft, View } from "./vault";

const SETTING = "push";
const NONE = new Uint8Array(0);

/** Return the key that a subscription must name, as the browser takes it; null where the relay does not push. */
export async function key(home: Home): Promise<string | null> {
  try {
    return await home.relay(home.platform.origin).pushKey();
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

/** Let this subscription be known, or none any more. */
export async function set(home: Home, subscription: PushSubscriptionJSON | null): Promise<void> {
  const value = subscription ? written(subscription) : "";
  await home.change((draft) => {
    draft.put("setting", { name: SETTING, value });
    for (const { id } of bonds.living(draft)) owe(home, draft, id);
  });
}

/** Note that the relay of a bond is to be told, inside a change: of a subscription, or of none where there was one. */
export function owe(home: Home, draft: Draft, bond: Uint8Array): void {
  const { relay } = bonds.get(draft, bond);
  const value = settingOf(draft);
  if (value === null || relay !== home.platform.origin) return;
  draft.put("duty", { bond, kind: "push", data: value ? utf8(value) : NONE });
}

function settingOf(view: View): string | null {
  return view.one("setting", SETTING)?.value ?? null;
}

/** Return a subscription as its relay takes it. */
export function written({ endpoint = "", keys = {} }: PushSubscriptionJSON): string {
  const { p256dh = "", auth = "" } = keys;
  return JSON.stringify({ endpoint, p256dh, auth });
}
