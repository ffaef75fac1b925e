import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A user who is logged in at a desktop. */
export interface DesktopSession {
  uid: number;
  gid: number;
  /** their runtime directory, in which their message bus listens */
  directory: string;
}

/**
 * Users whose message bus runs, by the runtime directories that systemd-logind makes (`/run/user/<uid>/bus`). A bus in the directory of another user is none:
 * who is told decides whose installation waits. An agent that is not root reaches nobody but its own user.
 */
export function desktopSessions(runtime: string, own = process.getuid?.() ?? -1): DesktopSession[] {
  return namesIn(runtime).flatMap((name) => {
    const directory = join(runtime, name);
    try {
      const { uid, gid } = lstatSync(directory);
      const bus = lstatSync(join(directory, 'bus'));
      if (String(uid) !== name || bus.uid !== uid || !bus.isSocket() || (own !== 0 && own !== uid)) return [];
      return [{ uid, gid, directory }];
    } catch {
      return [];
    }
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
