import type { ExecutionView, JobView } from '@waybill/contracts';
import { explain } from './explain.js';

const ID = '0199f3a0-7c1e-7000-8000-000000000001';
const AT = '2026-09-01T00:00:00.000Z';
const computer = { id: ID, name: 'pc-1', online: true, lastSeenAt: AT, groups: ['accounting'] };
const wave = { number: 1, percent: 100, status: 'released', total: 3, releasedAt: AT, approvedBy: null } as const;
const job = {
  id: 'job-1',
  status: 'running',
  statusReason: null,
  targets: { groups: ['accounting'], computers: [], exclude: { groups: [], computers: [] }, total: 3 },
  waves: [wave],
  schedule: { startsAt: AT },
  approval: null,
  startedAt: AT,
} as unknown as JobView;
const execution = {
  status: 'queued',
  reason: 'online',
  message: null,
  attempt: 1,
  finishedAt: null,
  updatedAt: AT,
} as ExecutionView;

const of = (
  changes: {
    job?: Partial<JobView>;
    execution?: Partial<ExecutionView> | null;
    computer?: Partial<typeof computer>;
  } = {},
) => {
  const { answer, next } = explain({
    computer: { ...computer, ...changes.computer },
    job: { ...job, ...changes.job },
    execution: changes.execution === null ? null : { ...execution, ...changes.execution },
  });
  return [answer, next];
};
const nobody = { ...job.targets, total: null };
const unknown = { targets: nobody, waves: [{ ...wave, total: null }] } as Partial<JobView>;
const RESUME = 'POST /jobs/job-1/actions/resume.';

describe('why a job has not done its work on a computer', () => {
  it.each([
    [
      'done',
      of({ execution: { status: 'succeeded', finishedAt: AT, message: 'Found' } }),
      [`Done at ${AT}, attempt 1. Found.`, null],
    ],
    [
      'failed',
      of({ execution: { status: 'failed', finishedAt: AT, message: 'Exit code 1.', attempt: 2 } }),
      [
        `It is failed since ${AT}, attempt 2. Exit code 1.`,
        `POST /jobs/job-1/actions/re-execute with {"only":{"computers":["${ID}"]}}.`,
      ],
    ],
    ['told', of(), ['It has been sent the command and has not answered yet.', null]],
    [
      'off',
      of({ computer: { online: false } }),
      [`The computer is not connected, since ${AT}; it will act when it comes back.`, 'Switch it on.'],
    ],
    [
      'in a later wave',
      of({
        execution: { reason: 'wave', message: 'It waits until wave 2 is released.' },
        job: { statusReason: 'Wave 2 of 3 waits for 14 more finished computers of wave 1; gate 95 %.' },
      }),
      [
        'It waits until wave 2 is released. Wave 2 of 3 waits for 14 more finished computers of wave 1; gate 95 %.',
        null,
      ],
    ],
    [
      'held by a halt',
      of({
        execution: { status: 'waiting', reason: 'job.held' },
        job: { status: 'halted', statusReason: 'rollout.gate: …' },
      }),
      ['It waits because the job does. rollout.gate: …', RESUME],
    ],
    [
      'at work, and its connection lost',
      of({ execution: { status: 'installing' }, computer: { online: false } }),
      [`It is installing since ${AT}. The computer is not connected at this moment.`, null],
    ],
    [
      'waiting for its moment',
      of({ execution: { status: 'waiting', reason: 'schedule', message: 'It waits until noon.' } }),
      [`It is waiting since ${AT}. It waits until noon.`, null],
    ],
  ])('%s', (_what, said, expected) => expect(said).toEqual(expected));

  const AGAIN = 'Make a job for it, or for a group that it is in.';
  it.each([
    [
      'that starts later',
      of({ execution: null, job: { ...unknown, status: 'scheduled' } }),
      [`The job has not started: it starts at ${AT}.`, null],
    ],
    [
      "scheduled by each computer's own time",
      of({
        execution: null,
        job: { ...unknown, status: 'scheduled', statusReason: 'It starts at 2026-09-01T14:00:00 of its own time.' },
      }),
      [`The job has not started: it starts at ${AT}. It starts at 2026-09-01T14:00:00 of its own time.`, null],
    ],
    [
      'that waits for a second person',
      of({
        execution: null,
        job: {
          ...unknown,
          status: 'scheduled',
          statusReason: 'Waits until somebody other than admin approves it.',
          approval: { reason: 'x', groups: [], approvedBy: null, approvedAt: null },
        },
      }),
      [
        'The job has not started. Waits until somebody other than admin approves it.',
        'POST /jobs/job-1/actions/approve, by somebody else.',
      ],
    ],
    [
      'that is being started',
      of({ execution: null, job: unknown }),
      ['The job has just been started: its targets are being looked up.', null],
    ],
    [
      'that ended before',
      of({ execution: null, job: { ...unknown, status: 'canceled', statusReason: 'Canceled by admin.' } }),
      ['The job ended before it had targets: it is canceled. Canceled by admin.', 'Make a new job.'],
    ],
    [
      'that was a run of a recurring job',
      of({
        execution: null,
        job: {
          ...unknown,
          status: 'canceled',
          statusReason: 'Run 2 was not started.',
          series: { id: 'series-1', number: 2, of: 3, recurrence: 'FREQ=DAILY;COUNT=3' },
        },
      }),
      [
        'The job ended before it had targets: it is canceled. Run 2 was not started.',
        'Look at the other runs: GET /jobs?filter=series==series-1.',
      ],
    ],
    [
      'that came too early for it',
      of({ execution: null }),
      [
        `pc-1 is in "accounting" now, but it was not, or it was excluded, when the job looked up its targets at ${AT}.`,
        AGAIN,
      ],
    ],
    [
      'that excludes it',
      of({ execution: null, job: { targets: { ...job.targets, exclude: { groups: ['accounting'], computers: [] } } } }),
      ['pc-1 is not a target: it is in "accounting", which the job excludes.', AGAIN],
    ],
    [
      'that is for others',
      of({ execution: null, computer: { groups: ['sales'] } }),
      ['pc-1 is not a target: the job does not name it, and it is in none of its groups ("accounting").', AGAIN],
    ],
  ])('a job %s', (_what, said, expected) => expect(said).toEqual(expected));
});
