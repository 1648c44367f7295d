import { MediaQuery } from "svelte/reactivity";

/** Whether there is room for the list of the sections beside one of them. */
export const wide = new MediaQuery("(min-width: 56rem)");
