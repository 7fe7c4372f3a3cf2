/** The worker in which all keys live: opens what a browser has, and answers the page. */

import type { Api, Event } from "./api";
import { systemClock } from "./clock";
import { originFiles } from "./files";
import { pendants } from "./pendants";
import { type Port, serve } from "./rpc";

const scope = self as unknown as Port & WorkerGlobalScope;

let tell: (event: Event) => void = () => undefined;

async function begin(): Promise<Api> {
  const platform = {
    clock: systemClock,
    files: await originFiles(),
    fetch: (...asked: Parameters<typeof fetch>) => fetch(...asked),
    WebSocket,
    origin: scope.location.origin,
    locks: navigator.locks,
    storage: navigator.storage,
  };
  return pendants(platform, (event) => tell(event));
}

// The port is listened to at once: a call that came while the files are being opened would be lost otherwise.
tell = serve(scope, begin());
