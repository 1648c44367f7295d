/** Stands in for `@tauri-apps/api/core` in the mode `twin`: a command is a request to the server that the page came from. */

/** What `command` answers. Rejects with the engine's error, as Tauri does. */
export async function invoke<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  const response = await fetch(`/ipc/${command}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(args),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw answer;
  return answer as T;
}
