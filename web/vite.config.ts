import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { app } from "./build/app.ts";

export default defineConfig({
  plugins: [svelte(), app()],
  // The relay serves what is built here; while developing, Vite hands on what belongs to a relay.
  server: {
    proxy: Object.fromEntries(
      ["/v1", "/v2", "/ws", "/info", "/chains", "/public", "/healthz"].map((path) => [
        path,
        { target: process.env["TWINBELL_RELAY"] ?? "http://127.0.0.1:8140", ws: path === "/ws" },
      ]),
    ),
  },
  build: {
    target: ["chrome111", "firefox128", "safari16.4"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      checks: { pluginTimings: false },
      // What is needed at once comes at once: on a phone twenty small files wait for each other.
      output: { codeSplitting: { groups: [{ name: "app", test: /src\/app\/App\.svelte$/ }] } },
    },
  },
  worker: { format: "es" },
});
