import { type AssignedReach, notFound, type Permission } from '@waybill/contracts';
import { requestLimits, type SqlExecutor } from '@waybill/messaging';

const REMEMBER = `
INSERT INTO job_reach (job_id, groups, single_computers, category) VALUES ($1, $2, $3, $4) ON CONFLICT (job_id) DO NOTHING`;

/**
 * `coversJob` of contracts as a condition.
 * @param jobId SQL expression
 * @param scope placeholder of {@link limitsScope}
 */
export function withinLimits(jobId: string, scope: string): string {
  return `(${scope}::jsonb IS NULL OR EXISTS (
    SELECT 1 FROM job_reach jr, jsonb_array_elements(${scope}::jsonb) AS l(limits)
    WHERE jr.job_id = ${jobId}
      AND (l.limits->'groups' = 'null'::jsonb
        OR (NOT jr.single_computers AND cardinality(jr.groups) > 0 AND to_jsonb(jr.groups) <@ (l.limits->'groups')))
      AND (l.limits->'categories' = 'null'::jsonb OR to_jsonb(jr.category) <@ (l.limits->'categories'))))`;
}

/** Where who asks has the permission, for {@link withinLimits}; null: everywhere. */
export function limitsScope(permission: Permission = 'jobs.read'): string | null {
  const limits = requestLimits(permission);
  return limits.some(({ groups, categories }) => groups === null && categories === null)
    ? null
    : JSON.stringify(limits);
}

/** Which of the jobs who asks may see. */
export async function visibleJobs(sql: SqlExecutor, jobIds: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = jobIds.map((id) => id.toLowerCase());
  const scope = limitsScope();
  if (scope === null) return new Set(ids);
  const text = `SELECT asked.id FROM unnest($1::uuid[]) AS asked(id) WHERE ${withinLimits('asked.id', '$2')}`;
  const rows = (await sql.query(text, [ids, scope])) as { id: string }[];
  return new Set(rows.map(({ id }) => id));
}

/** A job that who asks may not see is not there. @throws WaybillError notFound `job.notFound` */
export async function demandJob(sql: SqlExecutor, jobId: string): Promise<void> {
  const visible = await visibleJobs(sql, [jobId]);
  if (!visible.has(jobId.toLowerCase())) throw notFound('job.notFound', `There is no job ${jobId}.`);
}

/** What a job is for never changes: the first chunk that says it counts. */
export async function rememberReach(sql: SqlExecutor, jobId: string, reach: AssignedReach): Promise<void> {
  await sql.query(REMEMBER, [jobId, reach.groups, reach.computers.length > 0, reach.category ?? null]);
}
