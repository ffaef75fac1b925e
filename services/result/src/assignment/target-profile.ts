import { createHash } from 'node:crypto';
import type { AssignedTarget } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';

/**
 * Remembers what the targets of a chunk are like, each kind once. $1 job, $2 run, then arrays $3 digests, $4 platforms, $5 sites, $6 groups as
 * text. The caller holds the run's lock, so numbers are given out by one at a time.
 */
const REMEMBER = `
  INSERT INTO run_profiles (job_id, run, digest, id, platform, site, groups)
  SELECT $1, $2, t.digest, newest.id + row_number() OVER (), t.platform, t.site, t.groups::smallint[]
  FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) AS t (digest, platform, site, groups)
  CROSS JOIN (SELECT coalesce(max(id), 0) AS id FROM run_profiles WHERE job_id = $1 AND run = $2) AS newest
  WHERE NOT EXISTS (SELECT 1 FROM run_profiles known WHERE known.job_id = $1 AND known.run = $2 AND known.digest = t.digest)`;

/** What reports tell a computer apart by. */
interface Profile {
  platform: string | null;
  site: string | null;
  /** ascending */
  groups: number[];
}

/** @returns digest of each target's profile, in order; all of them are in `run_profiles` then */
export async function rememberProfiles(
  sql: SqlExecutor,
  jobId: string,
  run: number,
  targets: readonly AssignedTarget[],
): Promise<string[]> {
  const profiles = new Map<string, Profile>();
  const digests = targets.map((target) => {
    const profile = profileOf(target);
    const digest = createHash('sha256').update(JSON.stringify(profile)).digest('hex').slice(0, 32);
    profiles.set(digest, profile);
    return digest;
  });
  const kinds = [...profiles.values()];
  await sql.query(REMEMBER, [
    jobId,
    run,
    [...profiles.keys()],
    kinds.map(({ platform }) => platform),
    kinds.map(({ site }) => site),
    kinds.map(({ groups }) => `{${groups.join()}}`),
  ]);
  return digests;
}

function profileOf({ platform = null, site = null, groups = [] }: AssignedTarget): Profile {
  return { platform, site, groups: [...groups].sort((a, b) => a - b) };
}
