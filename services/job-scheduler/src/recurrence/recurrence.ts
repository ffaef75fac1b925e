import { wallOf } from '@waybill/contracts';
import { firstAt, lastAt } from '../jobs/everywhere.js';
import { DEFAULT_LIFETIME_DAYS, daysAfter } from '../jobs/job.js';

/** When the runs of a recurring job are; fixed when it is ordered, so that no other version of the library can change what was promised. */
export interface Recurrence {
  /** RRULE as ordered */
  rule: string;
  /** IANA name, or `local`; read anew for each run, so that a country may change its clocks meanwhile */
  zone: string;
  /** wall-clock times (`2026-09-25T09:00:00`) of all runs, in order */
  runs: string[];
  /** milliseconds by the clock between the start of a run and its installation; null: at once */
  installAfterMs: number | null;
  /** milliseconds by the clock until a run expires; null: the default */
  expiresAfterMs: number | null;
}

/** Of what recurring job a job is a run. */
export interface RunOf {
  /** id of the first run */
  readonly id: string;
  /** from 1 */
  readonly number: number;
  /** runs in all */
  readonly of: number;
  readonly recurrence: string;
}

export interface RunMoments {
  startAt: string;
  installAt: string | null;
  expireAt: string | null;
  startsAt: Date;
  installsAt: Date | null;
  expiresAt: Date;
}

/** When the run of this number is due; null when there is none. */
export function dueAt({ runs, zone }: Pick<Recurrence, 'runs' | 'zone'>, number: number): Date | null {
  const wall = runs[number - 1];
  return wall === undefined ? null : firstAt(wall, zone);
}

/** @param number of a run that there is, from 1 */
export function momentsOf({ runs, zone, installAfterMs, expiresAfterMs }: Recurrence, number: number): RunMoments {
  const startAt = runs[number - 1]!;
  const startsAt = firstAt(startAt, zone)!;
  const install =
    installAfterMs === null ? null : after(startAt, startsAt, installAfterMs, (wall) => firstAt(wall, zone)!);
  const expiry =
    expiresAfterMs === null ? null : after(startAt, startsAt, expiresAfterMs, (wall) => lastAt(wall, zone)!);
  return {
    startAt,
    installAt: install?.wall ?? null,
    expireAt: expiry?.wall ?? null,
    startsAt,
    installsAt: install?.instant ?? null,
    expiresAt: expiry?.instant ?? daysAfter(lastAt(startAt, zone)!, DEFAULT_LIFETIME_DAYS),
  };
}

/** Where the clocks are changed in between, an order of less than that change could turn around; then it is kept in real time. */
function after(
  startAt: string,
  startsAt: Date,
  distanceMs: number,
  instantOf: (wall: string) => Date,
): { wall: string; instant: Date } {
  const wall = new Date(wallOf(startAt)! + distanceMs).toISOString().slice(0, 19);
  const instant = instantOf(wall);
  const kept = distanceMs === 0 || instant > startsAt;
  return { wall, instant: kept ? instant : new Date(startsAt.getTime() + distanceMs) };
}
