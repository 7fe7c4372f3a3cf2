/** The worker in which all keys live. A page that can’t start it says so. */
import type { Api, Listener } from "../client/api";
import { connect } from "../client/rpc";
import workerUrl from "../client/worker?worker&url";
import { scriptUrl } from "./trusted";

export function startWorker(listener: Listener, failed: (reason?: unknown) => void): Api {
  const worker = new Worker(scriptUrl(workerUrl), { type: "module", name: "home" });
  worker.addEventListener("error", () => failed());
  const api = connect(worker, listener);
  document.addEventListener(
    "visibilitychange",
    () => void api.awake(!document.hidden).catch(() => undefined),
  );
  return api;
}
