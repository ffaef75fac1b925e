import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../dist/main.js');

/** A desktop with somebody before it, and a computer that can be told to restart: programs that write down what they were called with. */
export class PretendedDesktop {
  private readonly bus: Server;

  private constructor(private readonly place: string) {
    const session = join(place, 'run', String(process.getuid!()));
    mkdirSync(session, { recursive: true });
    this.bus = createServer().listen(join(session, 'bus'));
    for (const name of ['notify-send', 'restart']) this.program(name);
  }

  static at(place: string): PretendedDesktop {
    return new PretendedDesktop(place);
  }

  /** For the agent. */
  get env(): Record<string, string> {
    return {
      PATH: `${this.place}:${process.env['PATH']}`,
      WAYBILL_AGENT_SESSIONS: join(this.place, 'run'),
      WAYBILL_AGENT_RESTART_COMMAND: join(this.place, 'restart'),
    };
  }

  /** Titles of what was shown. */
  get titles(): string[] {
    return this.callsOf('notify-send').map((args) => args[3]!);
  }

  get restarts(): string[][] {
    return this.callsOf('restart');
  }

  close(): void {
    this.bus.close();
  }

  private callsOf(name: string): string[][] {
    const file = join(this.place, `${name}.calls`);
    if (!existsSync(file)) return [];
    const calls = readFileSync(file, 'utf8').split('\0\0').slice(0, -1);
    return calls.map((call) => call.split('\0'));
  }

  private program(name: string): void {
    const file = join(this.place, name);
    writeFileSync(file, `#!/bin/sh\n{ printf '%s\\0' "$@"; printf '\\0'; } >> ${file}.calls\n`);
    chmodSync(file, 0o755);
  }
}

/** `waybill-agent …` as a user of the computer runs it. */
export function askAs(
  state: string,
  args: readonly string[],
  uid?: number,
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const options = { env: { PATH: '/usr/bin:/bin' }, ...(uid !== undefined && { uid, gid: uid }) };
    execFile(process.execPath, [MAIN, ...args, '--state', state], options, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}
