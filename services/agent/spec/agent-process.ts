import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../dist/main.js');

/** The kernel kills what is run so when its parent is gone, also by kill -9; the parent itself could no longer do it. */
const GUARD = spawnSync('setpriv', ['--version']).status === 0 ? ['setpriv', '--pdeathsig', 'KILL'] : [];

/** A real agent as a child process, from the build. It does not outlive the process that started it. */
export class AgentProcess {
  output = '';
  readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static start(options: {
    server: string;
    token?: string;
    state: string;
    root: string;
    env?: Record<string, string>;
  }): AgentProcess {
    const args = ['--server', options.server, '--state', options.state, '--root', options.root];
    return AgentProcess.run([process.execPath, MAIN, ...args], {
      WAYBILL_AGENT_HOSTNAME: 'spec-computer',
      ...(options.token ? { WAYBILL_AGENT_TOKEN: options.token } : {}),
      ...options.env,
    });
  }

  /** One that has nothing but its configuration file. */
  static startFrom(
    config: string,
    program: readonly string[] = [process.execPath, MAIN],
    env: Record<string, string> = {},
  ): AgentProcess {
    return AgentProcess.run([...program, '--config', config], env);
  }

  private static run(command: readonly string[], env: Record<string, string> = {}): AgentProcess {
    const [program = '', ...rest] = [...GUARD, ...command];
    const child = spawn(program, rest, {
      env: {
        ...process.env,
        // users of the computer that runs the specs are nobody's business, and it is never restarted
        WAYBILL_AGENT_SESSIONS: '/nonexistent',
        WAYBILL_AGENT_RESTART_COMMAND: '/bin/false',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new AgentProcess(child);
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves with the exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    if (this.running) await once(this.child, 'exit');
    return this.child.signalCode ?? this.child.exitCode!;
  }

  async kill(signal: NodeJS.Signals): Promise<number | string> {
    if (this.running) this.child.kill(signal);
    return this.ended();
  }
}
