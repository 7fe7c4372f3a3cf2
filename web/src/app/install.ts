/** The service worker: the app opens without a network, and pushes wake it. Registered once the home is open. */
import { home } from "./home.svelte";
import { scriptUrl } from "./trusted";

export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || import.meta.env.MODE === "pretend" || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker
    .register(scriptUrl("/service-worker.js"))
    .then(offerUpdates)
    .catch(() => undefined); // without it all else works, only not offline
}

/** A newer build waits until a person takes it: what was installed stays as it is. */
function offerUpdates(registration: ServiceWorkerRegistration): void {
  const offer = (): void => {
    const waiting = registration.waiting;
    if (!waiting || !navigator.serviceWorker.controller) return;
    home.update = () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      waiting.postMessage("take");
    };
  };
  offer();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
}
