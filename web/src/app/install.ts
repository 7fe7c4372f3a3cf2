/** The service worker: the app opens without a network, and pushes wake it. Registered once the home is open. */
import { scriptUrl } from "./trusted";

export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || import.meta.env.MODE === "pretend" || !("serviceWorker" in navigator)) return;
  // Without it all else works, only not offline.
  navigator.serviceWorker
    .register(scriptUrl("/service-worker.js"), { type: "module" })
    .catch(() => undefined);
}
