import { FINAL_STATUSES, type FinalStatus, JOB_STATUSES, type JobStatus } from '@waybill/contracts';

/**
 * What a webhook can be told of: a job took a status, a wave of it after the first was released, or an execution ended. Words of the
 * glossary, so that whoever knows the statuses knows the events.
 */
export const WEBHOOK_EVENTS = [
  ...JOB_STATUSES.map((status): `job.${JobStatus}` => `job.${status}`),
  'job.waveReleased',
  ...FINAL_STATUSES.map((status): `execution.${FinalStatus}` => `execution.${status}`),
] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Sent when somebody asks for it; nobody subscribes to it. */
export const PING = 'webhook.ping';
