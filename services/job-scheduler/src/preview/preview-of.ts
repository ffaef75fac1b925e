import {
  type CreateJob,
  chooseVariant,
  type JobPreview,
  type Manifest,
  type PlatformCount,
  type PlatformFacts,
} from '@waybill/contracts';
import type { PlannedSchedule } from '../jobs/plan-schedule.js';
import { dueAt, type Recurrence } from '../recurrence/recurrence.js';
import { percentsOf } from '../rollout/rollout.js';

/** Enough to see where the clocks are changed. */
const RUNS_SHOWN = 20;

export interface Counted {
  platforms: readonly PlatformCount[];
  /** why somebody else would have to approve the job */
  approval: string | null;
  /** the number to be confirmed */
  confirmTargets: number | null;
}

/** What an order means, given who it would be for now. */
export function previewOf(
  order: CreateJob,
  manifest: Manifest,
  schedule: PlannedSchedule,
  counted: Counted,
): JobPreview {
  const platforms = counted.platforms.map((platform) => ({ ...platform, ...offerOf(order, manifest, platform) }));
  const sum = (of: (platform: (typeof platforms)[number]) => number) =>
    platforms.reduce((total, platform) => total + of(platform), 0);
  const total = sum(({ computers }) => computers);
  const percents = percentsOf({ rollout: order.rollout ?? null });
  return {
    targets: {
      total,
      offline: sum(({ offline }) => offline),
      withoutVariant: sum(({ variant, computers }) => (variant === null ? computers : 0)),
    },
    platforms,
    bytes: sum(({ computers, bytesEach }) => computers * bytesEach),
    waves: percents.map((percent, i) => ({
      number: i + 1,
      percent,
      expected: Math.round((total * (percent - (percents[i - 1] ?? 0))) / 100),
    })),
    approval: counted.approval,
    confirmTargets: counted.confirmTargets,
    schedule: {
      startsAt: schedule.startsAt.toISOString(),
      installsAt: schedule.installsAt?.toISOString() ?? null,
      expiresAt: schedule.expiresAt.toISOString(),
      recurrence: schedule.recurrence && runsOf(schedule.recurrence),
    },
  };
}

function runsOf(recurrence: Recurrence): JobPreview['schedule']['recurrence'] {
  const runs = recurrence.runs.length;
  const first = Array.from({ length: Math.min(runs, RUNS_SHOWN) }, (_, i) => i + 1);
  return { runs, next: first.map((number) => dueAt(recurrence, number)!.toISOString()) };
}

/** What the package has for a platform. Only an installation fetches anything. */
function offerOf({ action = 'install' }: CreateJob, manifest: Manifest, { os, arch, distribution }: PlatformCount) {
  const facts = { os, arch, ...(distribution === null ? {} : { distribution }) } as PlatformFacts;
  const chosen = os === null || arch === null ? null : chooseVariant(manifest, facts);
  if (!chosen) return { variant: null, bytesEach: 0 };
  const bytes = chosen.artifacts.reduce((total, { size }) => total + (size ?? 0), 0);
  return { variant: manifest.variants.indexOf(chosen), bytesEach: action === 'install' ? bytes : 0 };
}
