import { execFile } from 'node:child_process';
import type { Log } from '../log.js';

/** Milliseconds that one message may take; then it is given up, and the next one tried. */
const MESSAGE_MS = 10_000;

/** Whoever started this process as a service and watches over it. */
export interface ServiceManager {
  /** starts this process again when it has ended */
  readonly restarts: boolean;
  /** The agent does its work; from now on it is told that it still does. */
  ready(): void;
  /** It ends because it was asked to. */
  stopping(): void;
}

/**
 * systemd, where it started this process (`sd_notify(3)`), else nobody. Node.js has no datagram sockets of this kind, so `systemd-notify` speaks: one short process
 * in half the time of the watchdog. A message is sent by a timer of the event loop: an agent that hangs sends none, and systemd starts it anew.
 * @param env is relieved of systemd's variables, which are for this process alone
 */
export function serviceManager(env: NodeJS.ProcessEnv, log: Log): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdog, WATCHDOG_PID: watched } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  if (!socket) return { restarts: false, ready: () => {}, stopping: () => {} };
  const say = (...words: string[]) => {
    const options = { env: { PATH: env['PATH'], NOTIFY_SOCKET: socket }, timeout: MESSAGE_MS };
    execFile('systemd-notify', words, options, (error) => {
      if (error) log.warn({ err: error }, 'systemd could not be told how the agent is');
    });
  };
  const periodMs = watchdogMs(watchdog, watched) / 2;
  let timer: NodeJS.Timeout | undefined;
  return {
    restarts: true,
    ready() {
      say('--ready');
      if (periodMs > 0) timer = setInterval(() => say('WATCHDOG=1'), periodMs);
    },
    stopping() {
      clearInterval(timer);
      say('STOPPING=1');
    },
  };
}

/** 0: nobody watches this process. */
function watchdogMs(microseconds: string | undefined, pid: string | undefined): number {
  if (pid !== undefined && Number(pid) !== process.pid) return 0;
  const ms = Number(microseconds ?? 0) / 1000;
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
