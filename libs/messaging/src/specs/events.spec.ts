import { randomUUID } from 'node:crypto';
import { type ComputerRemoved, EVENTS, EXCHANGES, type JobStatusChanged } from '@waybill/contracts';
import type { OutgoingMessage } from '../client/messages.js';

/** A valid event on its way to `result.computers`. */
export function computerRemoved(computerId: string = randomUUID()): OutgoingMessage & { body: ComputerRemoved } {
  const body: ComputerRemoved = { v: 1, computerId, at: new Date().toISOString() };
  return {
    exchange: EXCHANGES.events,
    routingKey: EVENTS.computerRemoved,
    type: EVENTS.computerRemoved,
    userId: 'fleet',
    messageId: randomUUID(),
    body,
  };
}

/** A valid event on its way to `result.jobs` and to live queues. */
export function jobStatusChanged(jobId: string = randomUUID()): OutgoingMessage & { body: JobStatusChanged } {
  const body: JobStatusChanged = { v: 1, jobId, run: 1, status: 'running', at: new Date().toISOString() };
  return {
    exchange: EXCHANGES.events,
    routingKey: EVENTS.jobStatusChanged,
    type: EVENTS.jobStatusChanged,
    userId: 'job-scheduler',
    messageId: randomUUID(),
    body,
  };
}
