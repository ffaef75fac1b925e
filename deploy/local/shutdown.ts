import { describeFailure } from './stack-failure.ts';

/**
 * The life of a program that starts things: whatever was started is stopped in reverse order, whether the end comes from
 * Ctrl-C, SIGTERM, a failure or something started that died.
 */
export class Shutdown {
  /** Resolves when a signal asked for the end; rejects when something that was started died. */
  readonly requested: Promise<void>;
  readonly signal: AbortSignal;
  /** For `onDeath` of what was started. */
  readonly fail: (failure: Error) => void;
  /** Said on standard output when all is stopped. */
  lastWords: string | undefined;
  private readonly controller = new AbortController();
  private readonly steps: (() => Promise<void>)[] = [];

  constructor() {
    this.signal = this.controller.signal;
    let asked = (): void => undefined;
    let failed: (failure: Error) => void = () => undefined;
    this.requested = new Promise((resolve, reject) => {
      asked = resolve;
      failed = reject;
    });
    this.requested.catch(() => undefined);
    this.fail = (failure) => failed(failure);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        asked();
        this.controller.abort(new Interrupted(name));
      });
    }
  }

  /** Registers how to stop what was just started. */
  add(stop: () => Promise<void>): void {
    this.steps.push(stop);
  }

  /**
   * Runs the program, then the registered stops; then the process ends: 0 after a signal in good running, 130 when it cut a
   * start short, 1 after a failure, or what `work` returned.
   */
  async run(work: () => Promise<number | void>): Promise<never> {
    let code = 0;
    try {
      code = (await work()) ?? 0;
    } catch (error) {
      code = this.signal.aborted ? 130 : 1;
      if (!this.signal.aborted) process.stderr.write(`${describeFailure(error)}\n`);
    }
    for (const stop of this.steps.reverse()) {
      try {
        await stop();
      } catch (error) {
        code ||= 1;
        process.stderr.write(`While stopping: ${describeFailure(error)}\n`);
      }
    }
    if (this.lastWords !== undefined) process.stdout.write(`${this.lastWords}\n`);
    process.exit(code);
  }
}

class Interrupted extends Error {
  constructor(name: string) {
    super(`interrupted by ${name}`);
    this.name = 'Interrupted';
  }
}
