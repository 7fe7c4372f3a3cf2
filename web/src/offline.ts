/**
 * Keep the app on this device: register the service worker, and hear when a whole new build is ready.
 *
 * A new build is never forced on an open page. `onNew` is told once it lies here, complete and verified; what
 * it is given puts it in place and loads the page anew.
 */

import { scriptUrl } from "./app/trusted";

/** How often an open page asks for a new build: browsers ask by themselves only when a page is loaded. */
const ASK_MS = 6 * 3_600_000;

export async function keepOffline(onNew: (take: () => void) => void): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const workers = navigator.serviceWorker;
  const registration = await workers.register(scriptUrl("/service-worker.js"), { updateViaCache: "none" });
  const tell = (worker: ServiceWorker) => {
    onNew(() => {
      workers.addEventListener("controllerchange", () => location.reload(), { once: true });
      worker.postMessage("take");
    });
  };
  if (registration.waiting && workers.controller) tell(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      // Without a controller this is the first build, which needs nobody's leave.
      if (worker.state === "installed" && workers.controller) tell(worker);
    });
  });
  setInterval(() => void registration.update().catch(() => undefined), ASK_MS);
}
