/**
 * A page calls its worker: calls, answers, refusals and events, as messages over one port.
 *
 * What is passed is copied by the browser (structured clone), so files and blobs go across without being read.
 */

import { TwinbellError } from "../core/errors";
import type { Api, Event, Listener, Refusal } from "./api";

type Name = keyof Api;

type Call = { readonly call: number; readonly name: Name; readonly args: readonly unknown[] };
type Answer = { readonly answer: number; readonly value?: unknown; readonly refusal?: Refusal };
type Told = { readonly event: Event };

/** One end of a channel: a worker, the worker's own scope, or a message port. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (message: MessageEvent<unknown>) => void): void;
}

/** Answer calls that come over `port`, and return what tells the other end of an event. */
export function serve(port: Port, api: Api | Promise<Api>): Listener {
  port.addEventListener("message", ({ data }) => {
    void answer(api, data as Call).then((message) => port.postMessage(message));
  });
  return (event) => port.postMessage({ event } satisfies Told);
}

async function answer(awaited: Api | Promise<Api>, { call, name, args }: Call): Promise<Answer> {
  try {
    const api = await awaited;
    const method = (Object.hasOwn(api, name) ? api[name] : undefined) as (...args: unknown[]) => unknown;
    return { answer: call, value: await method(...args) };
  } catch (error) {
    return { answer: call, refusal: refusal(error) };
  }
}

/** Return an `Api` whose calls go over `port`, and tell `listener` what happens at the other end. */
export function connect(port: Port, listener: Listener): Api {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(refusal: Refusal): void }>();
  let last = 0;
  port.addEventListener("message", ({ data }) => {
    const message = data as Answer | Told;
    if ("event" in message) return listener(message.event);
    const caller = waiting.get(message.answer);
    waiting.delete(message.answer);
    if (message.refusal) caller?.reject(message.refusal);
    else caller?.resolve(message.value);
  });
  const method =
    (name: Name) =>
    (...args: unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const call = ++last;
        waiting.set(call, { resolve, reject });
        port.postMessage({ call, name, args } satisfies Call);
      });
  // Whoever awaits the Api itself must not be taken for a caller of a method named `then`.
  return new Proxy({} as Api, {
    get: (_, name) => (name === "then" || typeof name === "symbol" ? undefined : method(name as Name)),
  });
}

/** Return what is told of an error: a refusal of ours as it is, anything else as a fault of the program. */
export function refusal(error: unknown): Refusal {
  if (error instanceof TwinbellError) {
    const { name, sentence, hint, code, facts } = error;
    return { name, sentence, ...(hint && { hint }), ...(code && { code }), ...(facts && { facts }) };
  }
  console.error(error);
  return { name: "TwinbellError", code: "fault", sentence: "Something went wrong inside Twinbell." };
}
