/** Bounds how many messages are on their way at once; waiting publishers go first in, first out. */
export class PublishWindow {
  private used = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly idleWaiters = new Set<() => void>();

  constructor(private readonly size: number) {}

  tryEnter(): boolean {
    if (this.used >= this.size || this.waiting.length > 0) return false;
    this.used++;
    return true;
  }

  enter(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  leave(): void {
    const next = this.waiting.shift();
    // the place passes on, so `used` stays
    if (next) return next();
    this.used--;
    if (this.used === 0) for (const wake of [...this.idleWaiters]) wake();
  }

  /** Resolves when nothing is on its way, or when the time is over. */
  idle(timeoutMs: number): Promise<void> {
    if (this.used === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.idleWaiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.idleWaiters.add(done);
    });
  }
}
