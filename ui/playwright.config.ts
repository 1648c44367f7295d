import { defineConfig } from "@playwright/test";

const address = `http://localhost:${process.env["SCREENS_PORT"] ?? "1421"}`;
const gallery = process.env["GALLERY"] !== undefined;

export default defineConfig({
  testDir: "tests",
  testMatch: gallery ? "gallery/*.spec.ts" : "screens/**/*.spec.ts",
  outputDir: "dist-screens/results",
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  reporter: "list",
  use: {
    baseURL: address,
    locale: "en-US",
    timezoneId: "America/New_York",
    viewport: { width: 960, height: 680 },
    // A browser of the system: none is downloaded.
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
      ],
    },
  },
  webServer: {
    command: gallery
      ? "npx vite preview --mode twin --config tests/gallery/vite.config.ts"
      : "npx vite preview --mode twin",
    url: address,
    reuseExistingServer: false,
  },
});
