/** Where the page begins: choices, language, the worker, then what is shown. */
import { mount } from "svelte";
import App from "./app/App.svelte";
import { begin, failed, heard, isNew } from "./app/home.svelte";
import { registerServiceWorker } from "./app/install";
import { followAddress } from "./app/route.svelte";
import { applySettings, recalled } from "./app/settings.svelte";
import "./app/style/tokens.css";
import "./app/style/base.css";
import { startWorker } from "./app/worker";
import { preferred, speak } from "./app/words/words.svelte";
import type { Api } from "./client/api";

/** The home of this browser; with `--mode pretend`, two people who live in memory only. */
async function home(): Promise<Api> {
  if (import.meta.env.MODE === "pretend") return (await import("../tests/pretend/pretend")).pretend(heard);
  return startWorker(heard, failed);
}

/** Resolves once what was mounted stands on the screen; at once where nobody looks. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) resolve();
    else requestAnimationFrame(() => setTimeout(resolve));
  });
}

applySettings();
followAddress();
const spoken = speak(preferred(recalled("language")));
const fresh = import.meta.env.MODE !== "pretend" && (await isNew());
// Who has a home waits for it, so it opens meanwhile. Who has none sees the beginning before the worker is fetched.
const opening = fresh ? null : home();
await spoken;
mount(App, { target: document.getElementById("app") ?? document.body });
if (fresh) await painted();
await begin(await (opening ?? home())).then(registerServiceWorker, failed);
