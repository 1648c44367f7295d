import { defineConfig } from "@playwright/test";

import screens from "./playwright.config";

/** The same browser over the real engine: each file starts twins of its own (`tests/engine/twin.ts`). */
export default defineConfig({
  ...screens,
  testMatch: process.env["PICTURES"] === undefined ? "engine/*.spec.ts" : "engine/pictures.ts",
  outputDir: "dist-screens/engine-results",
  fullyParallel: false,
  // A debug build of the engine shares the processors with the browsers.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  webServer: [],
});
