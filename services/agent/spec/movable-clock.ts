import type { Clock } from '../src/time/clock.js';

/** A clock that a spec moves: sleepers wake when their running time has passed, whatever the wall clock says. */
export class MovableClock implements Clock {
  /** milliseconds of running time */
  running = 0;
  private wall = Date.now();
  private sleepers: { until: number; wake: () => void }[] = [];

  now(): number {
    return this.wall;
  }

  /** Sets the wall clock only. */
  jump(milliseconds: number): void {
    this.wall += milliseconds;
  }

  /** Lets time pass in steps of a minute at most, as whoever sleeps would see it. */
  async pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 60_000) {
      const step = Math.min(left, 60_000);
      this.running += step;
      this.wall += step;
      for (const sleeper of this.sleepers.filter(({ until }) => until <= this.running)) sleeper.wake();
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (milliseconds <= 0 && !signal?.aborted) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const sleeper = { until: this.running + milliseconds, wake: () => (this.drop(sleeper), resolve()) };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', () => (this.drop(sleeper), reject(signal.reason as Error)), { once: true });
    });
  }

  private drop(sleeper: object): void {
    this.sleepers = this.sleepers.filter((one) => one !== sleeper);
  }
}
