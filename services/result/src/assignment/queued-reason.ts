import { type AssignedTarget, REASONS } from '@waybill/contracts';

export interface QueuedReason {
  reason: 'online' | 'offline' | 'wave';
  /** sentence for the help desk */
  message: string;
}

/**
 * Why a new execution is still `queued`: what is known of the computer's connection when the job starts.
 * @param paced the job tells its computers little by little
 */
export function queuedReason(
  target: Pick<AssignedTarget, 'online' | 'lastSeenAt' | 'wave'>,
  paced = false,
): QueuedReason {
  if ((target.wave ?? 1) > 1) return { reason: 'wave', message: `It waits until wave ${target.wave} is released.` };
  if (paced) return { reason: 'wave', message: 'It waits for its turn: the job tells its computers little by little.' };
  if (target.online) return { reason: 'online', message: REASONS.online };
  if (!target.lastSeenAt) return { reason: 'offline', message: `${REASONS.offline} It has never been connected.` };
  const lastSeen = new Date(target.lastSeenAt).toISOString().slice(0, 16).replace('T', ' ');
  return { reason: 'offline', message: `${REASONS.offline} It was last seen on ${lastSeen} UTC.` };
}
