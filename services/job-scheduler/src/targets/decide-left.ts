import { type Decision, noted, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';

/**
 * Computers are no longer what the job is for: what they have not begun they do not begin.
 * @param left.run whose targets they were
 */
export function decideLeft(job: Job, left: { run: number; computers: readonly string[] }): Decision {
  const open = job.status === 'running' || job.status === 'paused' || job.status === 'halted';
  if (!open || job.phase !== 'released' || left.run !== job.run || left.computers.length === 0) return unchanged(job);
  return noted(job, {}, [{ kind: 'dropTargets', computers: left.computers }]);
}
