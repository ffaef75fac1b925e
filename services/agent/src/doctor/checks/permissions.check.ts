import { lstatSync, type Stats } from 'node:fs';
import { keyIn } from '../../identity/agent-key.js';
import { groupId } from '../../local/group-id.js';
import { USERS_GROUP } from '../../local/socket-access.js';
import { socketIn } from '../../root/state-layout.js';
import { type Check, failed, ok, skipped } from '../check.js';

/** @param group id of the group whose members may ask the agent, null when there is none */
export function permissionsCheck(state: string, group: number | null = groupId(USERS_GROUP)): Check {
  return {
    name: 'permissions',
    run() {
      const directory = look(state);
      if (!directory) return skipped(`The state directory ${state} is not there yet.`);
      const owner = process.getuid?.();
      // On Windows there are no modes.
      if (owner === undefined) return skipped('This system has no file modes.');
      const key = look(keyIn(state));
      const wrong = key && modeOf(key) !== 0o600 ? `chmod 600 ${keyIn(state)}` : null;
      if (wrong) {
        const read = modeOf(key!) & 0o077 ? ': others than its owner may use it' : '';
        const more = read
          ? '; whoever may have read it can pose as this computer: have it removed and enrol it anew'
          : '';
        return failed(`The key ${keyIn(state)} has mode ${octal(key!)}, not 0600${read}.`, `${wrong}${more}.`);
      }
      for (const [path, found] of [
        [state, directory],
        [keyIn(state), key],
      ] as const)
        if (found && found.uid !== owner)
          return failed(
            `${path} belongs to user ${found.uid}, and this is user ${owner}.`,
            `Run this as the user that runs the agent, or: chown ${owner} ${path}.`,
          );
      // the group may pass, not look
      if (modeOf(directory) & 0o067)
        return failed(
          `The state directory ${state} has mode ${octal(directory)}: others may look in.`,
          `chmod 710 ${state}.`,
        );
      const socket = look(socketIn(state));
      if (socket && owner === 0 && group !== null && socket.gid !== group)
        return failed(
          `The socket ${socketIn(state)} is not of the group ${USERS_GROUP}.`,
          'Restart the agent: it sets it.',
        );
      if (socket && modeOf(socket) & 0o007)
        return failed(`The socket ${socketIn(state)} is open to everybody.`, 'Restart the agent: it sets its mode.');
      return ok('Key, state directory and socket can be reached by those who may, and nobody else.');
    },
  };
}

function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

const modeOf = ({ mode }: Stats): number => mode & 0o777;
const octal = (found: Stats): string => modeOf(found).toString(8).padStart(4, '0');
