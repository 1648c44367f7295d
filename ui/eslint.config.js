import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import { defineConfig } from "eslint/config";
import globals from "globals";
import ts from "typescript-eslint";

import svelteConfig from "./svelte.config.js";

export default defineConfig(
  {
    ignores: [
      "dist",
      "dist-gallery",
      "dist-screens",
      "dist-twin",
      "src/lib/paraglide",
      "src/lib/backend/bindings.ts",
    ],
  },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: [".svelte"],
      },
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    // Text belongs into messages/, where both languages have it.
    files: ["**/*.svelte"],
    rules: { "svelte/no-at-html-tags": "error", "svelte/button-has-type": "error" },
  },
  {
    // Screens know the interface in src/lib/backend, not the shell that stands behind it.
    ignores: ["src/lib/backend/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@tauri-apps/*"], message: "Only src/lib/backend may import Tauri." }] },
      ],
    },
  },
);
