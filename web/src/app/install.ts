/** The service worker: the app opens without a network, and pushes wake it. Registered once the home is open. */
import { scriptUrl } from "./trusted";

export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || import.meta.env.MODE === "pretend" || !("serviceWorker" in navigator)) return;
  // Without it all else works, only not offline.
  register(navigator.serviceWorker).catch(() => undefined);
}

async function register(workers: ServiceWorkerContainer): Promise<void> {
  const registration = await workers.register(scriptUrl("/service-worker.js"), { updateViaCache: "none" });
  // A whole new build that came while a page was open takes its place at a start, when nothing is half written.
  if (!registration.waiting || !workers.controller) return;
  workers.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting.postMessage("take");
}
