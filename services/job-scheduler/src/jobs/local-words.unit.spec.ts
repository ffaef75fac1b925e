import { aJob, at } from './a-job.fixture.spec.js';
import { decideExpire } from '../cancellation/decide-expire.js';
import { jobView } from './job.view.js';
import { localWords } from './local-words.js';

const END = new Date('2026-09-15T12:00:00Z');
const job = aJob({
  zone: 'local',
  startAt: '2026-09-02T09:00:00',
  startsAt: new Date('2026-09-01T19:00:00Z'),
  installAt: '2026-09-02T12:00:00',
  expireAt: '2026-09-15T00:00:00',
  expiresAt: END,
});
const words = (changes: object, now: string) => localWords({ ...job, ...changes }, new Date(now));
const EXPIRES = `It expires at 2026-09-15T00:00:00 of each computer's own time, for the last (UTC-12) at 2026-09-15T12:00:00.000Z.`;
const START =
  '2026-09-02T09:00:00 of its own time: from 2026-09-01T19:00:00.000Z (UTC+14) to 2026-09-02T21:00:00.000Z (UTC-12).';
const INSTALL =
  'Each computer installs at 2026-09-02T12:00:00 of its own time: from 2026-09-01T22:00:00.000Z (UTC+14) to 2026-09-03T00:00:00.000Z (UTC-12).';

describe("what is said of a job by each computer's own time", () => {
  it.each([
    [
      'before it starts',
      { status: 'scheduled' },
      '2026-09-01T18:59:59Z',
      `It starts at ${START} ${INSTALL} ${EXPIRES}`,
    ],
    [
      'while it starts',
      { status: 'running' },
      '2026-09-01T19:00:00Z',
      `Each computer begins at ${START} ${INSTALL} ${EXPIRES}`,
    ],
    ['when all have started', { status: 'running' }, '2026-09-02T21:00:00Z', `${INSTALL} ${EXPIRES}`],
    ['when all have installed', { status: 'running' }, '2026-09-03T00:00:00Z', null],
    ['when it is over', { status: 'completed' }, '2026-09-01T19:00:00Z', null],
    ['in one zone', { status: 'scheduled', zone: 'Asia/Tokyo' }, '2026-09-01T18:59:59Z', null],
    [
      'without an expiry of its own',
      { status: 'scheduled', installAt: null, expireAt: null },
      '2026-09-01T18:59:59Z',
      `It starts at ${START}`,
    ],
    [
      'run again after its expiry',
      { status: 'running', installAt: null, expiresAt: at(90 * 86_400) },
      '2026-09-02T20:00:00Z',
      `Each computer begins at ${START}`,
    ],
  ])('%s', (_when, changes, now, expected) => expect(words(changes, now)).toBe(expected));

  it('is the reason for its status as long as there is no other', () => {
    const now = new Date('2026-09-01T18:00:00Z');
    expect(jobView(job, null, now).statusReason).toContain('UTC+14');
    expect(jobView({ ...job, statusReason: 'Waits for approval.' }, null, now).statusReason).toBe(
      'Waits for approval.',
    );
  });

  it('is when it has expired, in the last zone', () => {
    expect(decideExpire(job, new Date(END.getTime() - 1)).job.status).toBe('scheduled');
    expect(decideExpire(job, END).job).toMatchObject({
      status: 'expired',
      statusReason: `Expired at 2026-09-15T00:00:00 of each computer's own time, for the last (UTC-12) at 2026-09-15T12:00:00.000Z before it was started.`,
    });
  });
});
