/** One answer of the backend, as a screen meets it: awaited, refused or there. */
export type Reading<T> =
  { state: "loading" } | { state: "failed"; error: unknown } | { state: "there"; value: T };

/**
 * Asks once when made, and again at each `refresh`. While a newer answer is awaited the older one stays on screen;
 * an answer that a newer question has overtaken is dropped.
 */
export class Question<T> {
  reading = $state<Reading<T>>({ state: "loading" });
  busy = $state(false);
  #ask: () => Promise<T>;
  #latest = 0;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
    void this.refresh();
  }

  async refresh(): Promise<void> {
    const turn = ++this.#latest;
    this.busy = true;
    let reading: Reading<T>;
    try {
      reading = { state: "there", value: await this.#ask() };
    } catch (error) {
      reading = { state: "failed", error };
    }
    if (turn !== this.#latest) return;
    this.reading = reading;
    this.busy = false;
  }
}
