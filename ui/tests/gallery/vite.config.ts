import { mergeConfig } from "vite";

import base from "../../vite.config.ts";

/** The components by themselves, for looking at them; no part of the product. */
export default mergeConfig(base({ mode: "twin", command: "build" }), {
  root: import.meta.dirname,
  build: { outDir: "../../dist-gallery", emptyOutDir: true },
});
