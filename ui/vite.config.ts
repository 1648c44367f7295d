import { svelte } from "@sveltejs/vite-plugin-svelte";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), tailwindcss()],
  // The port that tauri.conf.json names; another one would leave the window empty.
  // Outside of ui/ lies the engine's catalogue of messages.
  server: { port: 1420, strictPort: true, fs: { allow: [".", "../crates/sync/messages"] } },
  build: { target: "es2022", modulePreload: { polyfill: false } },
  // Components run in the browser; without this the tests would get Svelte's server half.
  ...(mode === "test" ? { resolve: { conditions: ["browser"] } } : {}),
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
}));
