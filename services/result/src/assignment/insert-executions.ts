import type { AssignedTarget } from '@waybill/contracts';
import type { EntityManager } from 'typeorm';
import { COMPUTER_REMOVED_MESSAGE } from '../cancellation/closing-words.js';
import { INSERT_EXECUTIONS_SQL } from './assign-targets.sql.js';
import type { QueuedReason } from './queued-reason.js';
import { rememberProfiles } from './target-profile.js';

export interface NewExecutions {
  jobId: string;
  run: number;
  /** attempts that each may make for an order */
  attempts: number;
  targets: readonly AssignedTarget[];
  /** why each is not under way yet, in the same order */
  reasons: readonly QueuedReason[];
}

/** Makes an execution of each target that has none in the run. The caller holds the run's lock. */
export async function insertExecutions(
  manager: EntityManager,
  { jobId, run, attempts, targets, reasons }: NewExecutions,
): Promise<void> {
  const profiles = await rememberProfiles(manager, jobId, run, targets);
  await manager.query(INSERT_EXECUTIONS_SQL, [
    jobId,
    run,
    targets.map(({ computerId }) => computerId),
    targets.map(({ name }) => name),
    reasons.map(({ reason }) => reason),
    reasons.map(({ message }) => message),
    COMPUTER_REMOVED_MESSAGE,
    targets.map(({ wave = 1 }) => wave),
    attempts,
    profiles,
  ]);
}
