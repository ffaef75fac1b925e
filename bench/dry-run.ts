import type { BenchStack } from './bench-stack.ts';
import { type Figure, median } from './measure.ts';
import { seedComputers } from './seed-computers.ts';

const SIZES = [3_000, 30_000, 300_000];
const TRIES = 5;
const LIMIT_MS = 1_000;

/** What would a job for so many mean? The floor counts them by platform, bare. */
export async function dryRun(stack: BenchStack): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const computers of SIZES) {
    const group = `bench-dry-${computers}-${Date.now().toString(36)}`;
    await seedComputers(stack, group, computers);
    await stack.database.query('ANALYZE fleet.computers; ANALYZE fleet.memberships');
    const version = await stack.publishTinyPackage();
    const size = `${computers.toLocaleString('en-US')} computers`;
    const bare = await timed(() =>
      stack.database.query(
        `SELECT c.os, c.arch, count(*) FROM fleet.groups g JOIN fleet.memberships m ON m.group_id = g.id
         JOIN fleet.computers c ON c.id = m.computer_id WHERE g.name = $1 GROUP BY c.os, c.arch`,
        [group],
      ),
    );
    const byGroup = await dryRunOf(stack, { ...version, targets: { groups: [group] } }, computers);
    figures.push(figure(`dry run by group, ${size}`, byGroup, bare));
    // by what they have reported; the computers of the smaller sizes are there, too
    const os = `bench${computers}`;
    await stack.database.query(
      `UPDATE fleet.computers c SET os = $2 FROM fleet.groups g JOIN fleet.memberships m ON m.group_id = g.id
       WHERE g.name = $1 AND c.id = m.computer_id`,
      [group, os],
    );
    await stack.database.query('VACUUM ANALYZE fleet.computers');
    const bareFilter = await timed(() =>
      stack.database.query('SELECT os, arch, count(*) FROM fleet.computers WHERE os = $1 GROUP BY os, arch', [os]),
    );
    const byFilter = await dryRunOf(stack, { ...version, targets: { filter: `os==${os}` } }, computers);
    figures.push(figure(`dry run by filter, ${size}`, byFilter, bareFilter));
  }
  return figures;
}

/** Milliseconds of a dry run that must find so many. */
function dryRunOf(stack: BenchStack, order: object, computers: number): Promise<number> {
  return timed(async () => {
    const { targets } = await stack.api.post<{ targets: { total: number } }>('/jobs?dryRun=true', order);
    if (targets.total !== computers) throw new Error(`the dry run counted ${targets.total}`);
  });
}

function figure(name: string, ours: number, floor: number): Figure {
  return { name, unit: 'ms', ours, floor, target: `≤ ${LIMIT_MS} ms`, met: ours <= LIMIT_MS };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const before = performance.now();
    await work();
    times.push(performance.now() - before);
  }
  return median(times);
}
