import type { JobAttemptsEnded, JobStatusChanged, JobWaveReleased } from '@waybill/contracts';
import { v5 as uuidv5 } from 'uuid';
import type { HappenedEvent } from './cloud-event.js';

/** Ids are made from what happened: an event that comes twice has the same one. */
const NAMESPACE = '5f0d5d0e-3c55-4c5e-9f43-6c6b1a2d7e10';

export function jobStatusEvent({ jobId, run, status, at }: JobStatusChanged, messageId: string): HappenedEvent {
  return {
    // a job may take the same status several times
    id: uuidv5(`message/${messageId}`, NAMESPACE),
    event: `job.${status}`,
    subject: `jobs/${jobId}`,
    time: at,
    data: { jobId, run, status },
  };
}

export function waveReleasedEvent({ jobId, run, wave, at }: JobWaveReleased): HappenedEvent {
  return {
    id: uuidv5(`wave/${jobId}/${run}/${wave}`, NAMESPACE),
    event: 'job.waveReleased',
    subject: `jobs/${jobId}`,
    time: at,
    data: { jobId, run, wave },
  };
}

export function executionEvents({ jobId, run, attempts }: JobAttemptsEnded): HappenedEvent[] {
  return attempts.map(({ computerId, computerName, attempt, status, reason, message, exitCode, endedAt }) => ({
    // an end that was presumed and then overruled by the agent is another event
    id: uuidv5(`execution/${jobId}/${run}/${computerId}/${attempt}/${status}`, NAMESPACE),
    event: `execution.${status}` as const,
    subject: `jobs/${jobId}/executions/${computerId}`,
    time: endedAt,
    data: {
      jobId,
      run,
      computerId,
      computerName,
      attempt,
      status,
      reason: reason ?? null,
      message: message ?? null,
      exitCode: exitCode ?? null,
    },
  }));
}
