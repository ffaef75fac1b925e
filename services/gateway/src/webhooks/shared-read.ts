/**
 * A read that all who ask while another one is under way share. Whoever asks gets what was read after he asked, never an older answer.
 *
 * Measured: 10,000 events of a burst asked the database 10,000 times which of them anybody wants, a third of what the gateway did with them.
 */
export class SharedRead<T> {
  private current: Promise<unknown> = Promise.resolve();
  private next: Promise<T> | null = null;

  constructor(private readonly read: () => Promise<T>) {}

  /** Rejects as the read does; the next one is tried anew. */
  get(): Promise<T> {
    this.next ??= this.after(this.current);
    return this.next;
  }

  private async after(current: Promise<unknown>): Promise<T> {
    await current.catch(() => undefined);
    this.current = this.next!;
    this.next = null;
    return this.read();
  }
}
