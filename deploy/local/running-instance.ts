import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { instancePaths, type InstancePaths } from './local-paths.ts';
import { isAlive, type ProcessIdentity, startTimeOf } from './process-identity.ts';
import { writePrivately } from './secret-files.ts';
import { killGroup } from './servers/guarded-process.ts';
import { StackFailure } from './stack-failure.ts';

/** How long servers and services that lost their starter may take for an orderly stop of their own before they are killed. */
const ORPHAN_GRACE_MS = 20_000;

/** How the services of a running instance are reached. */
export interface RunningServices {
  /** Base address of the REST API's server. */
  readonly gatewayUrl: string;
  /** Base address of the agents' door. */
  readonly fleetUrl: string;
  readonly adminPasswordFile: string;
}

interface RunningRecord {
  readonly owner: ProcessIdentity;
  readonly servers: Readonly<{ [name: string]: ProcessIdentity }>;
  /** Absent until they are ready. */
  readonly services?: RunningServices;
}

/** The file that says which process runs an instance, with which server processes, and where its services answer. */
export class RunningInstance {
  private readonly file: string;
  private readonly servers: { [name: string]: ProcessIdentity } = {};
  private services: RunningServices | undefined;
  private readonly name: string;

  constructor(paths: InstancePaths) {
    this.file = recordFile(paths.directory);
    this.name = paths.name;
  }

  /**
   * Takes the instance for this process. What a killed predecessor left is first waited for, then killed.
   * @throws StackFailure when another living process has it
   */
  async claim(): Promise<void> {
    const previous = readRecord(this.file);
    if (previous && isAlive(previous.owner)) {
      throw new StackFailure(
        `The local stack "${this.name}" of this checkout already runs as process ${previous.owner.pid}; ` +
          `stop that one first (Ctrl-C in its terminal or kill ${previous.owner.pid}).`,
      );
    }
    if (previous) await Promise.all(Object.values(previous.servers).map(waitForOrphan));
    this.write();
  }

  /** Notes a process of a server or service, so that a successor finds it if this process is killed. */
  note(server: string, identity: ProcessIdentity): void {
    this.servers[server] = { pid: identity.pid, startTime: identity.startTime };
    this.write();
  }

  /** Notes that its services are ready, for {@link runningServices}. */
  announce({ gatewayUrl, fleetUrl, adminPasswordFile }: RunningServices): void {
    this.services = { gatewayUrl, fleetUrl, adminPasswordFile };
    this.write();
  }

  release(): void {
    rmSync(this.file, { force: true });
  }

  private write(): void {
    const owner = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
    const record: RunningRecord = { owner, servers: this.servers, ...(this.services && { services: this.services }) };
    writePrivately(this.file, JSON.stringify(record));
  }
}

/**
 * The services of an instance of this checkout, or undefined when no living process runs it or they are not ready yet. What another
 * checkout or anybody else runs on this machine is never found.
 * @param paths of the instance; by name it is that of this checkout
 */
export function runningServices(paths: InstancePaths | string): RunningServices | undefined {
  const { directory } = typeof paths === 'string' ? instancePaths(paths) : paths;
  const record = readRecord(recordFile(directory));
  return record && isAlive(record.owner) ? record.services : undefined;
}

function recordFile(directory: string): string {
  return join(directory, 'running.json');
}

function readRecord(file: string): RunningRecord | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunningRecord;
  } catch {
    return undefined;
  }
}

async function waitForOrphan(server: ProcessIdentity): Promise<void> {
  const deadline = Date.now() + ORPHAN_GRACE_MS;
  while (isAlive(server)) {
    if (Date.now() > deadline) killGroup(server.pid);
    await wait(100);
  }
}
