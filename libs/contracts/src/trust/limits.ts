import type { Actor } from './actor.js';
import { grantsFor } from './allows.js';
import type { Permission } from './permissions.js';

/** Where one grant holds; null means everywhere. */
export interface Limits {
  readonly groups: readonly string[] | null;
  readonly categories: readonly string[] | null;
}

/** What a job reaches: it is within limits only as a whole. */
export interface JobReach {
  readonly groups: readonly string[];
  /** single computers; only grants for all groups reach them */
  readonly computers: readonly string[];
  /** of its package when the job was made; null: none, or not known */
  readonly category: string | null;
}

/** Where an actor has a permission, grant by grant; none: nowhere. Services are not limited. */
export function limitsFor(actor: Actor, permission: Permission): Limits[] {
  if (actor.kind === 'service') return [{ groups: null, categories: null }];
  return grantsFor(actor, permission).map(({ groups, categories }) => ({
    groups: groups ?? null,
    categories: categories ?? null,
  }));
}

/** Names of the groups that the limits name together; null when some grant holds for all groups and every computer. */
export function groupsWithin(limits: readonly Limits[]): string[] | null {
  return union(limits.map(({ groups }) => groups));
}

/** Categories that the limits name together; null when some grant holds for all packages. */
export function categoriesWithin(limits: readonly Limits[]): string[] | null {
  return union(limits.map(({ categories }) => categories));
}

/** Whether one grant covers the whole job: groups of one and categories of another do not add up. */
export function coversJob(limits: readonly Limits[], job: JobReach): boolean {
  return limits.some(
    ({ groups, categories }) =>
      (groups === null ||
        // a job that names no group may be for anybody
        (job.computers.length === 0 && job.groups.length > 0 && job.groups.every((name) => groups.includes(name)))) &&
      (categories === null || (job.category !== null && categories.includes(job.category))),
  );
}

function union(lists: readonly (readonly string[] | null)[]): string[] | null {
  const names = new Set<string>();
  for (const list of lists) {
    if (list === null) return null;
    for (const name of list) names.add(name);
  }
  return [...names];
}
