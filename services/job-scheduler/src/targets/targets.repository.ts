import { Injectable } from '@nestjs/common';
import { type AssignedTarget, type ResolvedTargets, rolloutHash, type Stratum } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import type { FoundSoFar } from '../jobs/job.js';

/** A computer that is told by its inbox. */
export interface InboxTarget {
  computerId: string;
  /** null where none is kept */
  position: number | null;
}

/** A computer of a job that tells its computers little by little. */
export interface PartTarget {
  computerId: string;
  /** as in `rolloutHash` */
  position: number;
  /** no group's stream reaches it */
  byInbox: boolean;
}

/** A target with its position, where one is kept. */
export type StoredTarget = AssignedTarget & { position: number | null };

/** The targets of one run. */
export interface RunRef {
  id: string;
  run: number;
}

// The job's lock keeps a resolution that takes over from going on between our check and our rows.
const ADD = `
WITH mine AS (
  UPDATE jobs SET found = $13 WHERE id = $1 AND run = $2 AND resolution = $3 AND status = 'running' AND phase = 'resolving' RETURNING 1
), added AS (
  INSERT INTO job_targets (job_id, run, computer_id, name, online, last_seen_at, by_inbox, position, platform, site, groups)
  SELECT $1, $2, t.computer_id, t.name, t.online, t.last_seen_at, t.by_inbox, t.position, t.platform, t.site, t.groups::smallint[]
  FROM mine, unnest($4::uuid[], $5::text[], $6::boolean[], $7::timestamptz[], $8::boolean[], $9::bigint[], $10::text[], $11::text[], $12::text[])
    AS t (computer_id, name, online, last_seen_at, by_inbox, position, platform, site, groups)
  ON CONFLICT DO NOTHING
)
SELECT 1 FROM mine`;

const PAGE = `
SELECT computer_id AS "computerId", name, online, last_seen_at AS "lastSeenAt", platform, site, groups, position::float8 AS position FROM job_targets
WHERE job_id = $1 AND run = $2 AND ($3::uuid IS NULL OR computer_id > $3) ORDER BY computer_id LIMIT $4`;

const BY_INBOX = `
WITH reopened AS (SELECT unnest($3::uuid[]) AS computer_id)
UPDATE job_targets t SET by_inbox = true FROM reopened r
WHERE t.job_id = $1 AND t.run = $2 AND t.computer_id = r.computer_id AND NOT t.by_inbox`;

/** From the rank in its stratum, as a fraction of 2^32; the first of each stratum comes first of all. */
const stratified = (column: 'site' | 'platform') => `
WITH mine AS (
  SELECT 1 FROM jobs WHERE id = $1 AND run = $2 AND resolution = $3 AND status = 'running' AND phase = 'resolving' FOR SHARE
), ranked AS (
  SELECT t.computer_id, ceil((row_number() OVER w - 1)::numeric * 4294967296 / count(*) OVER (PARTITION BY coalesce(t.${column}, ''))) AS position
  FROM mine, job_targets t WHERE t.job_id = $1 AND t.run = $2
  WINDOW w AS (PARTITION BY coalesce(t.${column}, '') ORDER BY t.position, t.computer_id)
)
UPDATE job_targets t SET position = r.position::bigint FROM ranked r WHERE t.job_id = $1 AND t.run = $2 AND t.computer_id = r.computer_id`;

const COUNT_SLICES = `
SELECT count(t.computer_id)::int AS total FROM unnest($3::bigint[], $4::bigint[]) WITH ORDINALITY AS s (first, "end", wave)
LEFT JOIN job_targets t ON t.job_id = $1 AND t.run = $2 AND t.position >= s.first AND t.position < s."end"
GROUP BY s.wave ORDER BY s.wave`;

const ADD_JOINED = `
INSERT INTO job_targets (job_id, run, computer_id, name, online, last_seen_at, by_inbox, position, late, platform, site, groups)
SELECT $1, $2, t.computer_id, t.name, t.online, t.last_seen_at, true, t.position, $3, t.platform, t.site, t.groups::smallint[]
FROM unnest($4::uuid[], $5::text[], $6::boolean[], $7::timestamptz[], $8::bigint[], $9::text[], $10::text[], $11::text[])
  AS t (computer_id, name, online, last_seen_at, position, platform, site, groups)
ON CONFLICT DO NOTHING`;

const TAKE_JOINED = `
UPDATE job_targets SET told = true
WHERE job_id = $1 AND run = $2 AND position < $3 AND position IS NOT NULL AND NOT told AND late
RETURNING computer_id AS id`;

const STRANGERS = `
SELECT c.id FROM unnest($3::uuid[]) AS c (id)
WHERE NOT EXISTS (SELECT 1 FROM job_targets t WHERE t.job_id = $1 AND t.run = $2 AND t.computer_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM job_leavers l WHERE l.job_id = $1 AND l.run = $2 AND l.computer_id = c.id)
ORDER BY c.id`;

const REMOVE = `
WITH gone AS (
  DELETE FROM job_targets WHERE job_id = $1 AND run = $2 AND computer_id = ANY($3::uuid[]) RETURNING computer_id
)
INSERT INTO job_leavers (job_id, run, computer_id) SELECT $1, $2, computer_id FROM gone ON CONFLICT DO NOTHING`;

const TAKE_NEXT = `
WITH next AS (
  SELECT computer_id FROM job_targets
  WHERE job_id = $1 AND run = $2 AND position < $3 AND position IS NOT NULL AND NOT told
  ORDER BY position, computer_id LIMIT $4 FOR UPDATE
), told AS (
  UPDATE job_targets t SET told = true FROM next WHERE t.job_id = $1 AND t.run = $2 AND t.computer_id = next.computer_id
  RETURNING t.computer_id, t.position, t.by_inbox
)
SELECT computer_id AS "computerId", position::float8 AS position, by_inbox AS "byInbox" FROM told ORDER BY position, computer_id`;

@Injectable()
export class TargetsRepository {
  /**
   * Stores a page of targets.
   * @param found what is known with this page
   * @param positions of the targets in the order in which they are told; null for a job that tells a whole wave at once
   * @param filtered not all members of the groups are targets
   * @returns false when another resolution has taken over or the job was closed; nothing is stored then
   */
  async add(
    sql: SqlExecutor,
    { id, run }: RunRef,
    resolution: string,
    targets: ResolvedTargets['targets'],
    found: FoundSoFar,
    positions: readonly (number | null)[],
    filtered: boolean,
  ): Promise<boolean> {
    const rows = (await sql.query(ADD, [
      id,
      run,
      resolution,
      targets.map((target) => target.computerId),
      targets.map((target) => target.name),
      targets.map((target) => target.online),
      targets.map((target) => target.lastSeenAt),
      // a group's stream would tell its other members, too
      targets.map((target) => !target.covered || filtered),
      positions,
      targets.map((target) => target.platform),
      targets.map((target) => target.site),
      // arrays of arrays must be rectangular: each travels as text
      targets.map((target) => `{${target.groups.join()}}`),
      found,
    ])) as unknown[];
    return rows.length > 0;
  }

  /** Gives each target its place in its stratum. Doing it again changes nothing. */
  async stratify(sql: SqlExecutor, { id, run }: RunRef, resolution: string, by: Stratum): Promise<void> {
    await sql.query(stratified(by), [id, run, resolution]);
  }

  /** Targets in each of the ranges of positions. */
  async countSlices(
    sql: SqlExecutor,
    { id, run }: RunRef,
    slices: readonly { from: number; to: number }[],
  ): Promise<number[]> {
    const rows = (await sql.query(COUNT_SLICES, [
      id,
      run,
      slices.map(({ from }) => from),
      slices.map(({ to }) => to),
    ])) as { total: number }[];
    return rows.map(({ total }) => total);
  }

  async clear(sql: SqlExecutor, { id, run }: RunRef): Promise<void> {
    await sql.query('DELETE FROM job_targets WHERE job_id = $1 AND run = $2', [id, run]);
  }

  /** Targets in ascending computer id, after the given one. */
  async page(sql: SqlExecutor, { id, run }: RunRef, after: string | null, limit: number): Promise<StoredTarget[]> {
    const rows = (await sql.query(PAGE, [id, run, after, limit])) as (Omit<StoredTarget, 'lastSeenAt'> & {
      lastSeenAt: Date | null;
    })[];
    return rows.map((row) => ({ ...row, lastSeenAt: row.lastSeenAt?.toISOString() ?? null }));
  }

  /**
   * Targets that have joined a run that has begun. No group's stream has told them what it told the others.
   * @param inOwnTime they get a first command of their own; false: they take their turn in a job that tells its computers little by little
   */
  async addJoined(
    sql: SqlExecutor,
    { id, run }: RunRef,
    targets: ResolvedTargets['targets'],
    inOwnTime: boolean,
  ): Promise<void> {
    await sql.query(ADD_JOINED, [
      id,
      run,
      inOwnTime,
      targets.map((target) => target.computerId),
      targets.map((target) => target.name),
      targets.map((target) => target.online),
      targets.map((target) => target.lastSeenAt),
      targets.map((target) => rolloutHash(id, target.computerId)),
      targets.map((target) => target.platform),
      targets.map((target) => target.site),
      targets.map((target) => `{${target.groups.join()}}`),
    ]);
  }

  /** Ids of those who joined and have not been told, below that position; from now on they count as told. */
  async takeJoined(sql: SqlExecutor, { id, run }: RunRef, before: number): Promise<string[]> {
    const [rows] = (await sql.query(TAKE_JOINED, [id, run, before])) as [{ id: string }[], number];
    return rows.map((row) => row.id).sort();
  }

  /** Those of the computers that are no targets and never were. */
  async strangers(sql: SqlExecutor, { id, run }: RunRef, computers: readonly string[]): Promise<string[]> {
    return ((await sql.query(STRANGERS, [id, run, computers])) as { id: string }[]).map((row) => row.id);
  }

  /** Computers that the groups' streams do not reach; or all, when a group is gone and its stream with it. Who joined and has not been told is not among them. */
  async inboxIds(sql: SqlExecutor, { id, run }: RunRef, all: boolean): Promise<InboxTarget[]> {
    const text = `
      SELECT computer_id AS "computerId", position::float8 AS position FROM job_targets
      WHERE job_id = $1 AND run = $2 AND (by_inbox OR $3) AND (told OR NOT late) ORDER BY computer_id`;
    return (await sql.query(text, [id, run, all])) as InboxTarget[];
  }

  /** The next computers in the order of the wave functions; from now on they count as told. */
  async takeNext(sql: SqlExecutor, { id, run }: RunRef, before: number, computers: number): Promise<PartTarget[]> {
    return (await sql.query(TAKE_NEXT, [id, run, before, computers])) as PartTarget[];
  }

  /** From now on a cancel has to reach these computers in their inbox too. */
  async markByInbox(sql: SqlExecutor, { id, run }: RunRef, computers: readonly string[]): Promise<void> {
    await sql.query(BY_INBOX, [id, run, computers]);
  }

  /** Those of the computers that are targets. */
  async among(sql: SqlExecutor, { id, run }: RunRef, computers: readonly string[]): Promise<string[]> {
    const text = `SELECT computer_id AS id FROM job_targets WHERE job_id = $1 AND run = $2 AND computer_id = ANY($3::uuid[]) ORDER BY computer_id`;
    return ((await sql.query(text, [id, run, computers])) as { id: string }[]).map((row) => row.id);
  }

  /** From now on they get nothing more of the job, and do not join it again. */
  async remove(sql: SqlExecutor, { id, run }: RunRef, computers: readonly string[]): Promise<void> {
    await sql.query(REMOVE, [id, run, computers]);
  }

  async isTarget(sql: SqlExecutor, { id, run }: RunRef, computerId: string): Promise<boolean> {
    const text = 'SELECT 1 FROM job_targets WHERE job_id = $1 AND run = $2 AND computer_id = $3';
    const rows = (await sql.query(text, [id, run, computerId])) as unknown[];
    return rows.length > 0;
  }
}
