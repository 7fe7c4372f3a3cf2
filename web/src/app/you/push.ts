/** Being woken when something comes: only where a person wished it, the browser allows it, and the relay can. */
import { worker } from "../home.svelte";

/** `none`: this browser or this relay can’t. */
export type Push = "on" | "off" | "denied" | "none";

export async function pushNow(): Promise<Push> {
  const registration = await registered();
  if (
    !registration ||
    !(await worker()
      .pushKey()
      .catch(() => null))
  )
    return "none";
  if (Notification.permission === "denied") return "denied";
  return (await registration.pushManager.getSubscription()) ? "on" : "off";
}

export async function setPush(on: boolean): Promise<Push> {
  if (!on) {
    const before = await (await registered())?.pushManager.getSubscription();
    await worker().setPush(null);
    await before?.unsubscribe();
    return "off";
  }
  const given = await subscription();
  if (given === "none" || given === "denied") return given;
  await worker().setPush(given);
  return "on";
}

/** The subscription of this browser, made if there is none; or why there can be none. */
export async function subscription(): Promise<PushSubscriptionJSON | "denied" | "none"> {
  const registration = await registered();
  const key = await worker().pushKey();
  if (!registration || !key) return "none";
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const before = await registration.pushManager.getSubscription();
  const made =
    before ??
    (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  return made.toJSON();
}

async function registered(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator) || !("PushManager" in globalThis) || !("Notification" in globalThis))
    return null;
  return (await navigator.serviceWorker.getRegistration()) ?? null;
}
