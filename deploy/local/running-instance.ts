import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { InstancePaths } from './local-paths.ts';
import { isAlive, type ProcessIdentity, startTimeOf } from './process-identity.ts';
import { writePrivately } from './secret-files.ts';
import { killGroup } from './servers/guarded-process.ts';
import { StackFailure } from './stack-failure.ts';

/** How long servers that lost their starter may take for an orderly stop of their own before they are killed. */
const ORPHAN_GRACE_MS = 20_000;

interface RunningRecord {
  readonly owner: ProcessIdentity;
  readonly servers: Readonly<{ [name: string]: ProcessIdentity }>;
}

/** The file that says which process runs an instance, and with which server processes. */
export class RunningInstance {
  private readonly file: string;
  private readonly servers: { [name: string]: ProcessIdentity } = {};
  private readonly name: string;

  constructor(paths: InstancePaths) {
    this.file = join(paths.directory, 'running.json');
    this.name = paths.name;
  }

  /**
   * Takes the instance for this process. What a killed predecessor left is first waited for, then killed.
   * @throws StackFailure when another living process has it
   */
  async claim(): Promise<void> {
    const previous = this.read();
    if (previous && isAlive(previous.owner)) {
      throw new StackFailure(
        `The local stack "${this.name}" of this checkout already runs as process ${previous.owner.pid}; ` +
          `stop that one first (Ctrl-C in its terminal or kill ${previous.owner.pid}).`,
      );
    }
    if (previous) await Promise.all(Object.values(previous.servers).map(waitForOrphan));
    this.write();
  }

  /** Notes a server process, so that a successor finds it if this process is killed. */
  note(server: string, identity: ProcessIdentity): void {
    this.servers[server] = { pid: identity.pid, startTime: identity.startTime };
    this.write();
  }

  release(): void {
    rmSync(this.file, { force: true });
  }

  private read(): RunningRecord | undefined {
    if (!existsSync(this.file)) return undefined;
    try {
      return JSON.parse(readFileSync(this.file, 'utf8')) as RunningRecord;
    } catch {
      return undefined;
    }
  }

  private write(): void {
    const owner = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
    writePrivately(this.file, JSON.stringify({ owner, servers: this.servers } satisfies RunningRecord));
  }
}

async function waitForOrphan(server: ProcessIdentity): Promise<void> {
  const deadline = Date.now() + ORPHAN_GRACE_MS;
  while (isAlive(server)) {
    if (Date.now() > deadline) killGroup(server.pid);
    await wait(100);
  }
}
