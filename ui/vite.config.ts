import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vitest/config";

const src = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url));

/** In the mode `twin` the screens speak HTTP with the server that they come from, in place of Tauri. */
const twin = {
  "@tauri-apps/api/core": src("lib/backend/twin/core.ts"),
  "@tauri-apps/api/event": src("lib/backend/twin/event.ts"),
};

interface TauriConfiguration {
  app: { security: { csp: Record<string, string> } };
}

/** The window's own content security policy, with the page's server in the place of Tauri's. */
function policy(): string {
  const file = fileURLToPath(new URL("../tauri.conf.json", import.meta.url));
  const { csp } = (JSON.parse(readFileSync(file, "utf8")) as TauriConfiguration).app.security;
  return Object.entries({ ...csp, "connect-src": "'self'" })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join("; ");
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), tailwindcss()],
  resolve: {
    alias: { $lib: src("lib"), ...(mode === "twin" ? twin : {}) },
    // Components run in the browser; without this the tests would get Svelte's server half.
    ...(mode === "test" ? { conditions: ["browser"] } : {}),
  },
  // The port that tauri.conf.json names; another one would leave the window empty.
  // Outside of ui/ lies the engine's catalogue of messages.
  server: { port: 1420, strictPort: true, fs: { allow: [".", "../crates/sync/messages"] } },
  preview: {
    port: Number(process.env["SCREENS_PORT"] ?? 1421),
    strictPort: true,
    headers: { "Content-Security-Policy": policy() },
  },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    outDir: mode === "twin" ? "dist-twin" : "dist",
    // Fonts and images as files: the page may load nothing by data: addresses.
    assetsInlineLimit: 0,
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
}));
