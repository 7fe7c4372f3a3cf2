import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: ["tests/browser/**"],
    testTimeout: 30_000,
    // Node 20 has the browser's WebSocket and keeps it behind this; the client is tested with no other.
    execArgv: ["--experimental-websocket"],
  },
});
