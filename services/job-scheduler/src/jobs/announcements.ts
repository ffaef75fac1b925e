import {
  EVENTS,
  EXCHANGES,
  type JobArchived,
  type JobCancelRequested,
  type JobStatusChanged,
  type JobTargetsLeft,
  type JobWaveReleased,
} from '@waybill/contracts';
import type { OutboxMessage } from '@waybill/messaging';
import { v7 as uuidv7 } from 'uuid';
import type { Effect } from './decision.js';
import type { Job } from './job.js';

/** What other services are told about a decision, in the order of its effects. */
export function announcements(job: Job, effects: readonly Effect[], now: Date): OutboxMessage[] {
  return effects.flatMap((effect) => {
    if (effect.kind === 'announceStatus') return event(EVENTS.jobStatusChanged, statusChanged(job, now));
    if (effect.kind === 'announceArchive') return event(EVENTS.jobArchived, archived(job, now));
    if (effect.kind === 'announceWave') return event(EVENTS.jobWaveReleased, waveReleased(job, effect.wave, now));
    if (effect.kind === 'dropTargets') return event(EVENTS.jobTargetsLeft, targetsLeft(job, effect.computers));
    if (effect.kind === 'closeExecutions') return event(EVENTS.jobCancelRequested, cancelRequested(job, effect, now));
    return [];
  });
}

function statusChanged({ id, run, status }: Job, now: Date): JobStatusChanged {
  return { v: 1, jobId: id, run, status, at: now.toISOString() };
}

function archived({ id }: Job, now: Date): JobArchived {
  return { v: 1, jobId: id, at: now.toISOString() };
}

function waveReleased({ id, run }: Job, wave: number, now: Date): JobWaveReleased {
  return { v: 1, jobId: id, run, wave, at: now.toISOString() };
}

function targetsLeft({ id, run }: Job, computers: readonly string[]): JobTargetsLeft {
  return { v: 1, jobId: id, run, computers: [...computers] };
}

function cancelRequested(
  { id, run }: Job,
  effect: Effect & { kind: 'closeExecutions' },
  now: Date,
): JobCancelRequested {
  const { closing, attempt, reason } = effect;
  return { v: 1, jobId: id, run, status: closing, reason, attempt, at: now.toISOString() };
}

function event(type: string, body: object): OutboxMessage[] {
  return [{ vhost: 'services', exchange: EXCHANGES.events, routingKey: type, type, messageId: uuidv7(), body }];
}
