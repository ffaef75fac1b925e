import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Log } from '../log.js';
import { type DesktopSession, desktopSessions } from './desktop-sessions.js';
import type { Notice, Notifier } from './notifier.js';

const PROGRAM = 'notify-send';
/** A desktop that does not answer must not keep an installation from beginning. */
const TIMEOUT_MS = 10_000;
const MAX_TITLE = 200;
const MAX_BODY = 1000;

/** {@link Notifier} by `notify-send` for everybody who is logged in at a desktop; looks anew each time, as people come and go. */
export class DesktopNotifier implements Notifier {
  /**
   * @param runtime directory with a directory per user, `/run/user`
   * @param otherwise is told when nobody could be reached
   */
  constructor(
    private readonly runtime: string,
    private readonly otherwise: Notifier,
    private readonly log: Log,
  ) {}

  async tell(notice: Notice): Promise<number> {
    const program = findProgram(PROGRAM);
    const sessions = program ? desktopSessions(this.runtime) : [];
    const told = await Promise.all(sessions.map((session) => this.send(program!, notice, session)));
    const reached = told.filter(Boolean).length;
    return reached > 0 ? reached : this.otherwise.tell(notice);
  }

  /** Without a shell, as the user themselves: a hostile title is one argument, and what displays it has no more rights than they have. */
  private send(program: string, notice: Notice, { uid, gid, directory }: DesktopSession): Promise<boolean> {
    const identity = process.getuid?.() === 0 ? { uid, gid } : {};
    const env = {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'C.UTF-8',
      XDG_RUNTIME_DIR: directory,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${directory}/bus`,
    };
    const options = { ...identity, env, cwd: '/', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' as const };
    return new Promise((resolve) => {
      try {
        execFile(program, notifyArguments(notice), options, (error) => {
          if (error) this.log.warn({ err: error, uid }, 'a user could not be told');
          resolve(error === null);
        });
      } catch (error) {
        this.log.warn({ err: error, uid }, 'a user could not be told');
        resolve(false);
      }
    });
  }
}

/** What follows `--` is no option, whatever it begins with; the body may hold no markup, which desktops would read. */
export function notifyArguments({ title, body, urgent = false }: Notice): string[] {
  const markupless = plain(body, MAX_BODY).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    '--app-name=Waybill',
    `--urgency=${urgent ? 'critical' : 'normal'}`,
    '--',
    plain(title, MAX_TITLE),
    markupless,
  ];
}

/** One line of text that shows what it says: no control characters, nothing that turns the direction of writing. */
export function plain(text: string, most: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ').toWellFormed();
  return clean.length > most ? `${clean.slice(0, most - 1).toWellFormed()}…` : clean;
}

/** Absolute path of a program in the agent's PATH, null when there is none. */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string | null {
  for (const directory of path.split(delimiter)) {
    const file = join(directory, name);
    if (isAbsolute(file) && isExecutable(file)) return file;
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
