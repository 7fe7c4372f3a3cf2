/**
 * Where a person is reminded before anybody is asked about them: at least two ways, each proven by a test.
 *
 * The relay takes all of them at once and does not show addresses again, so they are kept here too.
 */

import { utf8 } from "../core/bytes";
import { Conflict, Damaged, Mistaken, NotFound, Refused } from "../core/errors";
import { WATCH_CHANNELS_MAX } from "../core/wire/limits";
import { channelName, channelsToBytes, parseChannels, type Channel, type Trial } from "../core/wire/watch";
import type { Home } from "./home";
import { written } from "./push";
import type { ChannelRow } from "./schema";
import type { View } from "./vault";
import * as watch from "./watch";
import type { Own } from "./watch";
import { relayOf } from "./watchrelay";

/** Return the ways to remind this person, in the order in which they were added. */
export function every(view: View, own: Own): readonly ChannelRow[] {
  return watch.rowOf(view, own)?.channels ?? [];
}

/** Add an Apprise address; the relay says if it can't use it. */
export function add(home: Home, own: Own, name: string, url: string): Promise<void> {
  return put(home, own, { name, kind: "apprise", url: url.trim(), acceptedS: 0 });
}

/** Remind on this device, by the subscription of its browser, which is for the relay of this page alone. */
export async function addPush(
  home: Home,
  own: Own,
  name: string,
  subscription: PushSubscriptionJSON,
): Promise<void> {
  const { relay } = own.bond;
  if (relay !== home.platform.origin) {
    const { host } = new URL(relay);
    throw new Refused("This device can be woken by the relay of this page only.", {
      code: "watch.push-elsewhere",
      facts: { relay: host },
    });
  }
  await put(home, own, { name, kind: "push", url: written(subscription), acceptedS: 0 });
}

/** Take a way to remind this person away. */
export async function remove(home: Home, own: Own, name: string): Promise<void> {
  const known = every(home.vault, own);
  const left = known.filter((each) => each.name !== name);
  if (left.length === known.length) throw unknown(name);
  await tell(home, own, left);
}

/** Have a reminder sent now, and keep whether its service accepted it. */
export async function test(home: Home, own: Own, name: string): Promise<Trial> {
  const known = every(home.vault, own);
  if (known.every((each) => each.name !== name)) throw unknown(name);
  const asks = relayOf(home, own.bond.relay);
  const { owner } = own.owned;
  let trial: Trial;
  try {
    trial = await asks.tryChannel(own.id, owner, name);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    await tell(home, own, known); // a relay that came back from an older copy
    trial = await asks.tryChannel(own.id, owner, name);
  }
  const acceptedS = trial.accepted ? home.nowS : 0;
  await keep(
    home,
    own,
    known.map((each) => (each.name === name ? { ...each, acceptedS } : each)),
  );
  return trial;
}

async function put(home: Home, own: Own, fresh: ChannelRow): Promise<void> {
  const known = every(home.vault, own);
  const name = fresh.name.trim();
  const facts = { channel: name };
  if (known.some((each) => each.name === name))
    throw new Conflict(`There is a channel called ${name} already.`, { code: "channel.there", facts });
  if (known.length >= WATCH_CHANNELS_MAX)
    throw new Mistaken(`There are ${WATCH_CHANNELS_MAX} channels at most.`, { code: "channel.many" });
  refusing("channel.name", () => channelName(name));
  const ways = [...known, { ...fresh, name }];
  refusing("channel.address", () => parseChannels(channelsToBytes(ways.map(channelOf))));
  await tell(home, own, ways);
}

async function tell(home: Home, own: Own, ways: readonly ChannelRow[]): Promise<void> {
  await watch.settle(home, own);
  await relayOf(home, own.bond.relay).putChannels(own.id, own.owned.owner, ways.map(channelOf));
  await keep(home, own, ways);
}

function keep(home: Home, own: Own, ways: readonly ChannelRow[]): Promise<void> {
  return home.change((draft) => watch.note(draft, own.id, { channels: [...ways] }));
}

/** Return a way as the relay takes it. */
export function channelOf({ name, kind, url }: ChannelRow): Channel {
  return kind === "push" ? { kind, name, subscription: utf8(url) } : { kind, name, url };
}

/** What the format calls damaged, a person has typed wrong. */
function refusing(code: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (error instanceof Damaged) throw new Mistaken(error.sentence, { code });
    throw error;
  }
}

function unknown(channel: string): NotFound {
  return new NotFound(`There is no channel called ${channel}.`, { code: "channel.none", facts: { channel } });
}
