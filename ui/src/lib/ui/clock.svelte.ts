import { createSubscriber } from "svelte/reactivity";

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 15_000);
  return () => {
    clearInterval(timer);
  };
});

/** The time, for what is shown by it: read again four times a minute while something on screen shows it. */
export const clock = {
  /** Milliseconds since 1970. */
  get now(): number {
    subscribe();
    return Date.now();
  },
};
