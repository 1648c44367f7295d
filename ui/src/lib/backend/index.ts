/**
 * The way from the screens to the engine. Screens take a `Backend`; this folder alone knows that Tauri is behind it, so
 * that a test can put something else there.
 */
import { commands } from "./bindings";
import type { Status } from "./bindings";

export type { Message, Stage, Status } from "./bindings";

export interface Backend {
  /** How the installation stands. Rejects with the engine's error. */
  installationStatus(): Promise<Status>;
}

export const tauriBackend: Backend = {
  installationStatus: () => commands.installationStatus(),
};
