/** The row that was opened from each list, by the list's address: coming back, it is there that she goes on. */
const rows = new Map<string, number>();

export function remember(row: number): void {
  rows.set(location.hash, row);
}

/** The row to go on at, once. */
export function recall(): number | null {
  const row = rows.get(location.hash) ?? null;
  rows.delete(location.hash);
  return row;
}
