import { chmodSync, chownSync, existsSync } from 'node:fs';
import type { StateLayout } from '../root/state-layout.js';
import { groupId } from './group-id.js';

/** Whoever is in it may talk to the agent. */
export const USERS_GROUP = 'waybill';

/**
 * Lets the group, where it exists, reach the socket: through the state directory (mode 0710: reach, not look), whose other files nobody but the owner may read.
 * @param group its id, null: only the owner talks to the agent
 */
export function admitGroup(layout: StateLayout, group: number | null = groupId(USERS_GROUP)): void {
  chmodSync(layout.socket, 0o660);
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(layout.journal + suffix)) chmodSync(layout.journal + suffix, 0o600);
  if (group === null || process.getuid?.() !== 0) return;
  chownSync(layout.socket, 0, group);
  chownSync(layout.directory, 0, group);
  chmodSync(layout.directory, 0o710);
}
