import { events } from "../backend";

/** The export that is being written, from whichever page, as the engine tells it. */
export const exports = $state({ running: false, done: 0, total: 0, stopping: false });

/** Follows what the engine tells of exports. Returns how to stop. */
export function followExports(): () => void {
  const stop = events.exporting.listen(({ payload }) => {
    Object.assign(exports, payload, payload.running ? {} : { stopping: false });
  });
  return () => {
    void stop.then((unlisten) => {
      unlisten();
    });
  };
}
