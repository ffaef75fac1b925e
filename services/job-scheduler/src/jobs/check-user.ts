import { type CreateJob, durationMs, type FieldError, type JobUser } from '@waybill/contracts';
import { beginsLast } from './everywhere.js';
import type { PlannedSchedule } from './plan-schedule.js';

const MIN_MS = 60_000;
const MAX_MS = 30 * 86_400_000;

/** Contradictions in what an order says of the users of computers: each would promise something that is not done. */
export function userErrors({ user, action }: Pick<CreateJob, 'user' | 'action'>): FieldError[] {
  if (!user) return [];
  const errors: FieldError[] = [];
  const refuse = (field: string, message: string) => errors.push({ pointer: `/user${field}`, message });
  const { notify = false, deferrals = 0, deadline, restart = 'never' } = user;
  const asks = deferrals > 0 || restart === 'ask';
  if (action === 'verify' && (notify || asks || restart === 'force'))
    refuse('', 'a job that only verifies changes nothing that users could be told of: leave user out');
  if (deferrals > 0 && !notify)
    refuse('/deferrals', 'nobody puts off what nobody is told of: set notify to true, or leave deferrals out');
  if (restart === 'ask' && !notify)
    refuse(
      '/restart',
      'users who are not told cannot be asked for a restart: set notify to true, or say never or force',
    );
  if (deadline === undefined) return errors;
  const ms = durationMs(deadline);
  if (ms < MIN_MS || ms > MAX_MS) refuse('/deadline', `deadline must be from PT1M to P30D, not ${deadline}`);
  if (!asks)
    refuse('/deadline', 'nothing waits for the users: leave deadline out, or give deferrals, or set restart to ask');
  return errors;
}

/** A deadline that the job's own end comes before would never be met. Only that of an installation: who is asked for a restart has it installed. */
export function userScheduleErrors(
  user: JobUser | undefined,
  schedule: Pick<PlannedSchedule, 'startsAt' | 'installsAt' | 'expiresAt' | 'zone' | 'startAt' | 'installAt'>,
): FieldError[] {
  if (user?.deadline === undefined || !user.deferrals) return [];
  const { startsAt, installsAt, expiresAt } = schedule;
  // by each computer's own time it is offered and ends in the last zone, as far apart as in any other
  const first = installsAt && installsAt > startsAt ? installsAt : startsAt;
  const last = beginsLast(schedule);
  const offered = last && last > first ? last : first;
  if (durationMs(user.deadline) < expiresAt.getTime() - offered.getTime()) return [];
  const message = `the job expires at ${expiresAt.toISOString()}, before ${user.deadline} have passed since it is offered first`;
  return [{ pointer: '/user/deadline', message }];
}
