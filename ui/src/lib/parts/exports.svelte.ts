import { events } from "../backend";

/** The export that is being written, from whichever page, as the engine tells it. */
export const exports = $state({ running: false, done: 0, total: 0, stopping: false });

/** Follows what the engine tells of exports. Returns how to stop. */
export function followExports(): () => void {
  let told = 0;
  const stop = events.exporting.listen(({ payload }) => {
    told = payload.running ? told + 1 : 0;
    // The first word comes at once: an export that is over before the second one needs no bar that flashes.
    Object.assign(exports, payload, { running: told > 1 }, payload.running ? {} : { stopping: false });
  });
  return () => {
    void stop.then((unlisten) => {
      unlisten();
    });
  };
}
