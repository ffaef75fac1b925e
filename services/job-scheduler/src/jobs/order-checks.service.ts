import { Injectable } from '@nestjs/common';
import {
  categoriesWithin,
  coversJob,
  type CreateJob,
  type FieldError,
  groupsWithin,
  invalid,
  type Manifest,
} from '@waybill/contracts';
import { beyondLimits, requestLimits } from '@waybill/messaging';
import { CategoryLookup } from '../catalogue/category-lookup.js';
import { GroupLookup } from '../catalogue/group-lookup.js';
import { VersionLookup } from '../catalogue/version-lookup.js';
import { type Confirmation, confirmationErrors } from '../targets/confirmation.js';
import { FilterChecks } from '../targets/filter-checks.js';
import { KnownComputers } from '../targets/known-computers.js';
import { actionErrors, checkOrder } from './check-order.js';
import { timeoutScheduleErrors } from './check-timeouts.js';
import { userScheduleErrors } from './check-user.js';
import type { CheckedOrder } from './decide-creation.js';
import { planSchedule } from './plan-schedule.js';

type Found = Pick<
  CheckedOrder,
  'category' | 'versionId' | 'groupIds' | 'excludeGroupIds' | 'mostTargets' | 'schedule'
> & {
  manifest: Manifest;
  /** null without a filter */
  confirmed: Confirmation | null;
};

/** Checks an order against everything that exists, and finds what its names mean. */
@Injectable()
export class OrderChecks {
  constructor(
    private readonly versions: VersionLookup,
    private readonly groups: GroupLookup,
    private readonly computers: KnownComputers,
    private readonly categories: CategoryLookup,
    private readonly filters: FilterChecks,
  ) {}

  /** @throws WaybillError invalid `job.invalid` with every problem and its JSON pointer; unavailable when somebody who must be asked is away */
  async check(order: CreateJob, now: Date): Promise<Found> {
    const errors = checkOrder(order);
    const schedule = planSchedule(order.schedule ?? {}, now, errors);
    errors.push(...timeoutScheduleErrors(order.timeouts, schedule));
    errors.push(...userScheduleErrors(order.user, schedule));
    const { targets } = order;
    const limits = requestLimits('jobs.create');
    const permitted = categoriesWithin(limits);
    errors.push(...beyondGroups(order, groupsWithin(limits)));
    const [version, groups, category] = await Promise.all([
      this.versions.find(order.package, order.version),
      this.groups.find(visible([...(targets.groups ?? []), ...(targets.exclude?.groups ?? [])], groupsWithin(limits))),
      this.categories.find(order.package, permitted !== null),
      this.unknownComputers(order, groupsWithin(limits)).then((unknown) => errors.push(...unknown)),
      this.filters.problems(order).then((wrong) => errors.push(...wrong)),
    ]);
    if (permitted !== null && (category === null || !permitted.includes(category))) {
      errors.push({ pointer: '/package', message: `there is no package ${JSON.stringify(order.package)}` });
    } else errors.push(...(version.ok ? actionErrors(order.action ?? 'install', version.manifest) : [version.error]));
    const ids = (names: readonly string[] = [], pointer: string) => idsOf(names, groups, pointer, errors);
    const groupIds = ids(targets.groups, '/targets/groups');
    const excludeGroupIds = ids(targets.exclude?.groups, '/targets/exclude/groups');
    if (errors.length > 0 || !version.ok) {
      throw invalid('job.invalid', `The job cannot be made: ${sentence(errors)}. Nothing was created.`, errors);
    }
    const reach = { groups: targets.groups ?? [], computers: targets.computers ?? [], category };
    if (!coversJob(limits, reach)) throw beyondLimits('jobs.create', 'these groups and this package together');
    const { versionId, manifest } = version;
    const confirmed = await this.filters.confirmation(order, { groupIds, excludeGroupIds });
    const mostTargets = confirmed?.most ?? null;
    return { category, versionId, manifest, groupIds, excludeGroupIds, mostTargets, confirmed, schedule };
  }

  /**
   * The same for an order that is carried out: what its filter means must have been confirmed.
   * @throws WaybillError as {@link check}
   */
  async demand(order: CreateJob, now: Date): Promise<Found> {
    const found = await this.check(order, now);
    const begins = found.schedule.startsAt <= now;
    const errors = found.confirmed ? confirmationErrors(found.confirmed, begins) : [];
    if (errors.length === 0) return found;
    throw invalid('job.invalid', `The job cannot be made: ${sentence(errors)}. Nothing was created.`, errors);
  }

  /** Whoever's role holds for some groups only is not told which ids are computers'. */
  private async unknownComputers({ targets }: CreateJob, permitted: readonly string[] | null): Promise<FieldError[]> {
    if (permitted !== null) return [];
    const named = [
      ...(targets.computers ?? []).map((id, i) => ({ id, pointer: `/targets/computers/${i}` })),
      ...(targets.exclude?.computers ?? []).map((id, i) => ({ id, pointer: `/targets/exclude/computers/${i}` })),
    ];
    if (named.length === 0) return [];
    const known = await this.computers.among(named.map(({ id }) => id));
    return named
      .filter(({ id }) => !known.has(id.toLowerCase()))
      .map(({ id, pointer }) => ({ pointer, message: `there is no computer ${id}` }));
  }
}

/** Groups that who asks may not use are for them as if they were not there. */
function visible(names: readonly string[], permitted: readonly string[] | null): string[] {
  return names.filter((name) => permitted?.includes(name) ?? true);
}

/** Whether a single computer is in the groups of a role nobody could tell later: such roles name groups. */
function beyondGroups({ targets }: CreateJob, permitted: readonly string[] | null): FieldError[] {
  if (permitted === null) return [];
  if (targets.filter !== undefined && !targets.groups?.length) {
    return [
      { pointer: '/targets/groups', message: 'your role holds for some groups only: name groups beside the filter' },
    ];
  }
  if (!targets.computers?.length) return [];
  const message = 'your role holds for some groups only: name groups, not single computers';
  return [{ pointer: '/targets/computers', message }];
}

function idsOf(
  names: readonly string[],
  found: ReadonlyMap<string, string>,
  pointer: string,
  errors: FieldError[],
): string[] {
  return names.map((name, i) => {
    const id = found.get(name);
    if (id === undefined)
      errors.push({ pointer: `${pointer}/${i}`, message: `there is no group ${JSON.stringify(name)}` });
    return id ?? '';
  });
}

function sentence(errors: readonly FieldError[]): string {
  const first = errors[0]?.message ?? 'something is wrong';
  return errors.length > 1 ? `${first}; and ${errors.length - 1} more` : first;
}
