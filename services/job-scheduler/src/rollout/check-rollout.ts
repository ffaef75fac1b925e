import type { FieldError, JobRollout } from '@waybill/contracts';

/** Problems of a rollout that its form does not show. */
export function rolloutErrors(rollout: JobRollout | undefined): FieldError[] {
  if (!rollout) return [];
  const { waves = [{ percent: 100 }] } = rollout;
  const errors: FieldError[] = [];
  for (const [i, { percent }] of waves.entries()) {
    const before = waves[i - 1]?.percent ?? 0;
    if (percent <= before) {
      const message = `percent is cumulative and must rise: after ${before} comes more than ${before}, not ${percent}`;
      errors.push({ pointer: `/rollout/waves/${i}/percent`, message });
    }
  }
  const last = waves.length - 1;
  const { percent, soak, approval } = waves[last]!;
  if (percent !== 100)
    errors.push({
      pointer: `/rollout/waves/${last}/percent`,
      message: 'the last wave must end at 100, or nobody would reach the rest',
    });
  const noNext = 'there is no wave after the last one that could wait for it';
  if (soak !== undefined) errors.push({ pointer: `/rollout/waves/${last}/soak`, message: noNext });
  if (approval !== undefined) errors.push({ pointer: `/rollout/waves/${last}/approval`, message: noNext });
  if (rollout.stratifyBy !== undefined && waves.length === 1) {
    const message = 'there is one wave, which is for everybody: name more waves, or leave stratifyBy out';
    errors.push({ pointer: '/rollout/stratifyBy', message });
  }
  return errors;
}
