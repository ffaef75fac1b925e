import type { BenchStack } from './bench-stack.ts';
import { type Figure, median, percentile } from './measure.ts';

const SIZES = [1_000, 10_000, 100_000];
const CHANGES = 30;
const LIMIT_MS = 100;

/** A computer's attribute changes: how long until the dynamic group has it as a member, by the size of the group? */
export async function follow(stack: BenchStack): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const size of SIZES) {
    const site = `site-${size}-${Date.now().toString(36)}`;
    const outside = await seed(stack, site, size);
    const { id: groupId } = await stack.api.post<{ id: string }>('/groups', {
      name: `bench-${site}`,
      kind: 'dynamic',
      filter: `attribute.site==${site}`,
    });
    while ((await members(stack, groupId)) < size) await pause(50);
    const times: number[] = [];
    for (const computerId of outside) {
      const before = performance.now();
      await stack.api.call('PATCH', `/computers/${computerId}`, { attributes: { site } });
      while (!(await isMember(stack, groupId, computerId))) await pause(1);
      times.push(performance.now() - before);
    }
    const ours = median(times);
    const floor = await floorOf(stack, groupId, outside);
    const name = `dynamic group of ${size.toLocaleString('en-US')}, one change`;
    const details = { p95: percentile(times, 0.95) };
    figures.push({ name, unit: 'ms', ours, floor, target: `≤ ${LIMIT_MS} ms`, met: ours <= LIMIT_MS, details });
  }
  return figures;
}

/** Computers that fit, and a few that do not yet, whose ids are the answer. */
async function seed(stack: BenchStack, site: string, size: number): Promise<string[]> {
  const { rows } = await stack.database.query<{ id: string }>(
    `WITH made AS (
       INSERT INTO fleet.computers (id, public_key, enrolled_with, name, hostname, os, arch, attributes)
       SELECT gen_random_uuid(), $1 || n, gen_random_uuid(), $1 || n, 'pc-' || n, 'linux', 'amd64',
         CASE WHEN n > $2::int THEN '{}'::jsonb ELSE jsonb_build_object('site', $1::text) END
       FROM generate_series(1, $2::int + $3::int) n RETURNING id, attributes
     )
     SELECT id FROM made WHERE attributes = '{}'`,
    [site, size, CHANGES],
  );
  return rows.map(({ id }) => id);
}

async function members(stack: BenchStack, groupId: string): Promise<number> {
  const { rows } = await stack.database.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM fleet.memberships WHERE group_id = $1',
    [groupId],
  );
  return rows[0]!.n;
}

async function isMember(stack: BenchStack, groupId: string, computerId: string): Promise<boolean> {
  const { rows } = await stack.database.query(
    'SELECT FROM fleet.memberships WHERE group_id = $1 AND computer_id = $2',
    [groupId, computerId],
  );
  return rows.length > 0;
}

/** Milliseconds of a transaction that changes one computer and one membership, nothing else. */
async function floorOf(stack: BenchStack, groupId: string, computerIds: readonly string[]): Promise<number> {
  const times: number[] = [];
  const client = await stack.database.connect();
  try {
    for (const id of computerIds) {
      const before = performance.now();
      await client.query('BEGIN');
      await client.query(
        'UPDATE fleet.memberships SET member_since = member_since WHERE group_id = $1 AND computer_id = $2',
        [groupId, id],
      );
      await client.query('UPDATE fleet.computers SET revision = revision WHERE id = $1', [id]);
      await client.query('COMMIT');
      times.push(performance.now() - before);
    }
  } finally {
    client.release();
  }
  return median(times);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
