import type { Component } from "svelte";

/** An icon of `@lucide/svelte/icons/…`, imported one by one. */
export type Icon = Component<{ size?: number | string; class?: string; "aria-hidden"?: "true" }>;

/** How something is meant; never told by colour alone. */
export type Tone = "neutral" | "info" | "good" | "warn" | "bad";
