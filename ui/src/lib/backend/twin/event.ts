/** Stands in for `@tauri-apps/api/event` in the mode `twin`: events come as server-sent events, all over one connection. */

export type EventCallback<T> = (event: { event: string; id: number; payload: T }) => void;
export type UnlistenFn = () => void;

let source: EventSource | undefined;

export function listen<T>(event: string, callback: EventCallback<T>): Promise<UnlistenFn> {
  const events = (source ??= new EventSource("/events"));
  const hear = (message: MessageEvent<string>) => {
    callback({ event, id: 0, payload: JSON.parse(message.data) as T });
  };
  events.addEventListener(event, hear);
  return Promise.resolve(() => {
    events.removeEventListener(event, hear);
  });
}
