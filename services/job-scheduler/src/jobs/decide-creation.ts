import type { Actor, CreateJob } from '@waybill/contracts';
import type { Approval } from '../approval/approval.js';
import { plannedRollout } from '../rollout/rollout.js';
import { defaultName } from './check-order.js';
import type { Decision } from './decision.js';
import { newJob } from './new-job.js';
import type { PlannedSchedule } from './plan-schedule.js';

/** An order whose every name was found. */
export interface CheckedOrder {
  id: string;
  order: CreateJob;
  /** who ordered it */
  actor: Pick<Actor, 'id' | 'name'>;
  /** what its groups ask for */
  approval: Approval | null;
  /** of the package */
  category: string | null;
  versionId: string;
  /** ids in the order of the names */
  groupIds: string[];
  excludeGroupIds: string[];
  /** most computers that were confirmed; null without a filter */
  mostTargets: number | null;
  schedule: PlannedSchedule;
}

/** A new job: nothing is sent before its start. */
export function decideCreation(
  { id, order, actor, approval, category, versionId, groupIds, excludeGroupIds, mostTargets, schedule }: CheckedOrder,
  now: Date,
): Decision {
  const { targets } = order;
  const { recurrence } = schedule;
  const document = {
    id,
    name: order.name ?? defaultName(order),
    package: order.package,
    version: order.version,
    versionId,
    action: order.action ?? 'install',
    groups: targets.groups ?? [],
    groupIds,
    computers: lowerCase(targets.computers),
    filter: targets.filter ?? null,
    mostTargets,
    excludeGroups: targets.exclude?.groups ?? [],
    excludeGroupIds,
    excludeComputers: lowerCase(targets.exclude?.computers),
    startAt: schedule.startAt,
    installAt: schedule.installAt,
    expireAt: schedule.expireAt,
    installsAt: schedule.installsAt,
    zone: schedule.zone,
    windows: order.schedule?.windows ?? 'group',
    startsAt: schedule.startsAt,
    series: recurrence && { id, number: 1, of: recurrence.runs.length, recurrence: recurrence.rule },
    rollout: plannedRollout(order.rollout),
    stopWhen: order.stopWhen ?? null,
    retry: order.retry ?? null,
    timeouts: order.timeouts ?? null,
    user: order.user ?? null,
    lateJoiners: order.lateJoiners ?? 'exclude',
    priority: order.priority ?? 5,
    annotations: order.annotations ?? {},
    createdAt: now,
    createdBy: actor.name,
    createdById: actor.id,
    category,
  };
  return newJob(document, { expiresAt: schedule.expiresAt, approval });
}

/** Ids are compared as text from here on: hash, shard and selector work on the lower-case form. */
function lowerCase(ids: readonly string[] = []): string[] {
  return ids.map((id) => id.toLowerCase());
}
