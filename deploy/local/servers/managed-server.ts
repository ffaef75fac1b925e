import { setTimeout as wait } from 'node:timers/promises';
import type { RunningInstance } from '../running-instance.ts';
import { StackFailure } from '../stack-failure.ts';
import { type GuardedCommand, GuardedProcess } from './guarded-process.ts';

export interface ServerDefinition {
  /** As people call it: PostgreSQL, RabbitMQ, MinIO. */
  readonly name: string;
  /** Everything that must exist before the process starts; idempotent. */
  readonly prepare: () => Promise<void>;
  readonly command: () => GuardedCommand;
  /** Resolves to true once the server answers as its clients will ask. */
  readonly answers: () => Promise<boolean>;
  readonly startTimeoutMs: number;
}

/** One private server of this checkout: can be stopped, killed and started again, on the same data and ports. */
export class ManagedServer {
  readonly name: string;
  private readonly definition: ServerDefinition;
  private readonly instance: RunningInstance;
  private readonly onDeath: (failure: StackFailure) => void;
  private process: GuardedProcess | undefined;

  constructor(definition: ServerDefinition, instance: RunningInstance, onDeath: (failure: StackFailure) => void) {
    this.name = definition.name;
    this.definition = definition;
    this.instance = instance;
    this.onDeath = onDeath;
  }

  /** Starts it and waits until it answers. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.definition.prepare();
    signal?.throwIfAborted();
    const command = this.definition.command();
    const process = new GuardedProcess(command);
    this.process = process;
    this.instance.note(this.name, process);
    let ready = false;
    void process.exited.then(() => {
      if (this.process !== process) return;
      this.process = undefined;
      if (ready) this.onDeath(new StackFailure(`${this.name} stopped by itself; start again.`, command));
    });
    const deadline = Date.now() + this.definition.startTimeoutMs;
    while (!(await this.definition.answers())) {
      signal?.throwIfAborted();
      if (!process.running) {
        throw new StackFailure(`${this.name} ended while it was starting; its log says why.`, command);
      }
      if (Date.now() > deadline) {
        const seconds = this.definition.startTimeoutMs / 1000;
        throw new StackFailure(
          `${this.name} did not answer within ${seconds} s; see its log, then start again.`,
          command,
        );
      }
      await wait(100, undefined, { signal });
    }
    ready = true;
  }

  /** Orderly stop; the data stay. */
  async stop(): Promise<void> {
    const process = this.forget();
    await process?.stop();
  }

  /** A crash, for tests of recovery. */
  async kill(): Promise<void> {
    const process = this.forget();
    await process?.kill();
  }

  /** From here on its end is expected. */
  private forget(): GuardedProcess | undefined {
    const process = this.process;
    this.process = undefined;
    return process;
  }
}
