/**
 * The way from the screens to the engine: its commands, its events and their types. This folder alone knows that Tauri is
 * behind it; a test puts something else in its place (`vi.mock("$lib/backend")`), and the mode `twin` speaks HTTP instead.
 */
export * from "./bindings";
