/**
 * How long something has been waited for in this process, by a clock that nobody can set. What passed before, and how long the computer was off, only the wall clock
 * knows.
 */
export class RunningTime {
  private readonly seen = new Map<string, number>();

  /** @param now milliseconds of a monotonic clock */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Milliseconds since the thing was last noted, 0 the first time. */
  since(key: string): number {
    const now = this.now();
    const before = this.seen.get(key);
    if (before === undefined) this.seen.set(key, now);
    return before === undefined ? 0 : now - before;
  }

  note(key: string): void {
    this.seen.set(key, this.now());
  }

  forget(key: string): void {
    this.seen.delete(key);
  }
}
