import { defineConfig } from "vitest/config";

// Measures what a person waits for, in a real browser: started by `python -m bench.web`.
export default defineConfig({
  test: {
    include: ["bench/**/*.bench.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    execArgv: ["--experimental-websocket"],
  },
});
