import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

const AGENT = new URL('../../services/agent/dist/main.js', import.meta.url).pathname;

/** The kernel ends what is run so when its parent is gone, also by kill -9. */
const GUARD = spawnSync('setpriv', ['--version']).status === 0 ? ['setpriv', '--pdeathsig', 'TERM'] : [];

export interface AgentOptions {
  /** agent door, e.g. `http://127.0.0.1:8081` */
  door: string;
  enrolmentToken: string;
  hostname: string;
  attributes?: Record<string, string>;
  /** holds `state/`, `root/` and `agent.log` */
  directory: string;
  env?: Record<string, string>;
}

/** One real agent as a child process, with a state directory and an install root of its own; it does not outlive its starter. */
export class AgentProcess {
  readonly options: AgentOptions;
  readonly root: string;
  readonly logFile: string;
  private child: ChildProcess | undefined;

  constructor(options: AgentOptions) {
    this.options = options;
    this.root = join(options.directory, 'root');
    this.logFile = join(options.directory, 'agent.log');
    mkdirSync(join(options.directory, 'state'), { recursive: true });
    mkdirSync(join(this.root, 'opt'), { recursive: true });
  }

  start(): void {
    const log = openSync(this.logFile, 'a');
    const { door, enrolmentToken, hostname, attributes = {}, directory, env } = this.options;
    const flags = ['--server', door, '--state', join(directory, 'state'), '--root', this.root];
    const [program = '', ...args] = [...GUARD, process.execPath, AGENT, ...flags];
    this.child = spawn(program, args, {
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        WAYBILL_AGENT_TOKEN: enrolmentToken,
        WAYBILL_AGENT_HOSTNAME: hostname,
        // users of the computer that runs the specs are nobody's business, and it is never restarted
        WAYBILL_AGENT_SESSIONS: '/nonexistent',
        WAYBILL_AGENT_RESTART_COMMAND: '/bin/false',
        WAYBILL_AGENT_ATTRIBUTES: Object.entries(attributes)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
        ...env,
      },
    });
    closeSync(log);
  }

  /** Resolves when the process is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await gone;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }
}
