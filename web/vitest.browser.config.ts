import { defineConfig } from "vitest/config";

// Real browsers against a real relay: one story at a time, since a machine has few cores.
export default defineConfig({
  test: {
    include: ["tests/browser/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    execArgv: ["--experimental-websocket"],
  },
});
