/** Computers named by one change row at most, so that a reader's page is never much larger than it asked for. */
const COMPUTERS_PER_ROW = 500;

/**
 * Statement part that records which executions a transaction changed, for the feed behind SSE.
 *
 * One row per batch and run instead of a change marker in each execution: an indexed marker there would make every update of the hot
 * table a non-HOT one. `changed` names a relation (job_id, run, computer_id).
 */
export function markChanged(changed: string): string {
  return `
    INSERT INTO execution_changes (job_id, run, computers)
    SELECT job_id, run, array_agg(computer_id)
    FROM (SELECT job_id, run, computer_id, (row_number() OVER (PARTITION BY job_id, run) - 1) / ${COMPUTERS_PER_ROW} AS part FROM ${changed}) AS numbered
    GROUP BY job_id, run, part`;
}
