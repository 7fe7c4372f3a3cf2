/** The page's end: starts the worker and gives its face. */

import type { Api, Listener } from "./api";
import { connect } from "./rpc";

/** Start the worker; `listener` is told what happens while the page is open. */
export function openClient(listener: Listener): Api {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "twinbell" });
  return connect(worker, listener);
}
