interface Waiting {
  priority: number;
  age: number;
  order: number;
  enter: () => void;
}

/** Lets at most `capacity` holders in at a time: highest priority first, then the oldest. */
export class Gate {
  private held = 0;
  private order = 0;
  private readonly waiting: Waiting[] = [];

  constructor(private readonly capacity: number) {}

  /** true when {@link enter} would have to wait */
  get busy(): boolean {
    return this.held >= this.capacity;
  }

  /**
   * Waits for a place and answers the function that gives it back (once; later calls do nothing).
   * @param age moment since which the holder waits, in milliseconds; the smaller goes first
   */
  async enter(priority: number, age: number, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.busy) await this.queue(priority, age, signal);
    else this.held++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.leave();
    };
  }

  private queue(priority: number, age: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(signal!.reason as Error);
      };
      const entry: Waiting = {
        priority,
        age,
        order: this.order++,
        enter: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      this.waiting.push(entry);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  private leave(): void {
    const next = this.waiting.sort((a, b) => b.priority - a.priority || a.age - b.age || a.order - b.order).shift();
    // The place passes on without becoming free in between: nobody can slip in.
    if (next) next.enter();
    else this.held--;
  }
}
