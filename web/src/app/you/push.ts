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
  const registration = await registered();
  const key = await worker().pushKey();
  if (!registration || !key) return "none";
  const before = await registration.pushManager.getSubscription();
  if (!on) {
    await worker().setPush(null);
    await before?.unsubscribe();
    return "off";
  }
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const subscription =
    before ??
    (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  await worker().setPush(subscription.toJSON());
  return "on";
}

async function registered(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator) || !("PushManager" in globalThis) || !("Notification" in globalThis))
    return null;
  return (await navigator.serviceWorker.getRegistration()) ?? null;
}
