import { Injectable } from '@nestjs/common';
import { type CreateJob, type FieldError, invalid } from '@waybill/contracts';
import { GroupLookup } from '../catalogue/group-lookup.js';
import { VersionLookup } from '../catalogue/version-lookup.js';
import { KnownComputers } from '../targets/known-computers.js';
import { actionErrors, checkOrder } from './check-order.js';
import type { CheckedOrder } from './decide-creation.js';
import { planSchedule } from './plan-schedule.js';

type Found = Pick<CheckedOrder, 'versionId' | 'groupIds' | 'excludeGroupIds' | 'schedule'>;

/** Checks an order against everything that exists, and finds what its names mean. */
@Injectable()
export class OrderChecks {
  constructor(
    private readonly versions: VersionLookup,
    private readonly groups: GroupLookup,
    private readonly computers: KnownComputers,
  ) {}

  /** @throws WaybillError invalid `job.invalid` with every problem and its JSON pointer; unavailable when somebody who must be asked is away */
  async check(order: CreateJob, now: Date): Promise<Found> {
    const errors = checkOrder(order);
    const schedule = planSchedule(order.schedule ?? {}, now, errors);
    const { targets } = order;
    const [version, groups] = await Promise.all([
      this.versions.find(order.package, order.version),
      this.groups.find([...(targets.groups ?? []), ...(targets.exclude?.groups ?? [])]),
      this.unknownComputers(order).then((unknown) => errors.push(...unknown)),
    ]);
    errors.push(...(version.ok ? actionErrors(order.action ?? 'install', version.manifest) : [version.error]));
    const ids = (names: readonly string[] = [], pointer: string) => idsOf(names, groups, pointer, errors);
    const groupIds = ids(targets.groups, '/targets/groups');
    const excludeGroupIds = ids(targets.exclude?.groups, '/targets/exclude/groups');
    if (errors.length > 0 || !version.ok) {
      throw invalid('job.invalid', `The job cannot be made: ${sentence(errors)}. Nothing was created.`, errors);
    }
    return { versionId: version.versionId, groupIds, excludeGroupIds, schedule };
  }

  private async unknownComputers({ targets }: CreateJob): Promise<FieldError[]> {
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
