/** Where the page begins: choices, language, the worker, then what is shown. */
import { mount } from "svelte";
import App from "./app/App.svelte";
import { begin, failed, heard } from "./app/home.svelte";
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

applySettings();
followAddress();
const [face] = await Promise.all([home(), speak(preferred(recalled("language")))]);
mount(App, { target: document.getElementById("app") ?? document.body });
await begin(face).then(registerServiceWorker, failed);
