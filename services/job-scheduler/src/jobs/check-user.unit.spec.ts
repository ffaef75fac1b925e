import { CreateJob, type JobUser, validateMessage } from '@waybill/contracts';
import { executeContent } from '../dispatch/command-content.js';
import { aRunningJob, at, NOW } from './a-job.fixture.spec.js';
import { planSchedule } from './plan-schedule.js';
import { userErrors, userScheduleErrors } from './check-user.js';

const errors = (user: JobUser, action?: CreateJob['action']) =>
  userErrors({ user, ...(action && { action }) }).map(({ pointer, message }) => `${pointer} ${message}`);
const starting = (...texts: string[]) => texts.map((text) => expect.stringContaining(text) as string);

describe('what an order says of users', () => {
  it.each<JobUser>([
    {},
    { notify: true },
    { notify: true, deferrals: 3, deadline: 'P2D', restart: 'ask' },
    { notify: true, restart: 'ask' },
    { notify: true, restart: 'ask', deadline: 'PT1M' },
    { notify: false, deferrals: 0, restart: 'force' },
  ])('may be %j', (user) => expect(errors(user)).toEqual([]));

  it.each<[JobUser, string[]]>([
    [{ deferrals: 1 }, ['/user/deferrals nobody puts off']],
    [{ restart: 'ask' }, ['/user/restart users who are not told']],
    [{ notify: true, deadline: 'P1D' }, ['/user/deadline nothing waits']],
    [
      { notify: true, deferrals: 1, deadline: 'PT59S' },
      ['/user/deadline deadline must be from PT1M to P30D, not PT59S'],
    ],
    [{ notify: true, restart: 'ask', deadline: 'P31D' }, ['/user/deadline deadline must be']],
    [
      { deferrals: 1, restart: 'ask', deadline: 'P31D' },
      ['/user/deferrals', '/user/restart', '/user/deadline deadline must be'],
    ],
    [{ restart: 'force', deadline: 'PT1S' }, ['/user/deadline deadline must be', '/user/deadline nothing waits']],
  ])('is refused as %j, with all errors', (user, expected) => {
    expect(errors(user)).toEqual(starting(...expected));
  });

  it.each<JobUser>([{ notify: true }, { restart: 'force' }])('is not %j for a job that only verifies', (user) => {
    expect(errors(user, 'verify')).toEqual(starting('/user a job that only verifies'));
    expect(errors({}, 'verify')).toEqual([]);
  });

  it.each([
    [{ notify: 'yes' }, '/user/notify'],
    [{ deferrals: 101 }, '/user/deferrals'],
    [{ deferrals: -1 }, '/user/deferrals'],
    [{ deferrals: 1.5 }, '/user/deferrals'],
    [{ deadline: '2 days' }, '/user/deadline'],
    [{ restart: 'later' }, '/user/restart'],
    [{ ask: true }, '/user/ask'],
  ])('has a form: not %j', (user, pointer) => {
    const order = { package: 'a', version: '1', targets: { groups: ['g'] }, user };
    expect(validateMessage(CreateJob, order)).toMatchObject({ ok: false, errors: [{ pointer }] });
  });

  it('must end before the job does', () => {
    const once = { zone: 'UTC', startAt: null, installAt: null, installsAt: null };
    const schedule = { ...once, startsAt: NOW, expiresAt: at(7200) };
    const user = { notify: true, deferrals: 1 };
    expect(userScheduleErrors({ ...user, deadline: 'PT2H' }, schedule)).toMatchObject([{ pointer: '/user/deadline' }]);
    expect(userScheduleErrors({ ...user, deadline: 'PT1H59M' }, schedule)).toEqual([]);
    const later = { ...schedule, installsAt: at(3600) };
    expect(userScheduleErrors({ ...user, deadline: 'PT1H' }, later)).toMatchObject([{ pointer: '/user/deadline' }]);
    expect(userScheduleErrors({ notify: true, restart: 'ask', deadline: 'PT2H' }, schedule)).toEqual([]);
  });

  it("must end before the job does by each computer's own time", () => {
    const schedule = planSchedule(
      { zone: 'local', startAt: '2026-09-02T09:00:00', expiresAt: '2026-09-02T17:00:00' },
      NOW,
      [],
    );
    const user = { notify: true, deferrals: 1 };
    expect(userScheduleErrors({ ...user, deadline: 'PT8H' }, schedule)).toMatchObject([{ pointer: '/user/deadline' }]);
    expect(userScheduleErrors({ ...user, deadline: 'PT7H59M' }, schedule)).toEqual([]);
  });
});

describe('what agents are told of users', () => {
  const version = { signedManifest: 'jws', manifestDigest: 'sha256:0' };
  const told = (user: JobUser | null) => executeContent(aRunningJob({ user }), version, 1, NOW);

  it('is in the command, with every field', () => {
    expect(told({ notify: true, deferrals: 3, deadline: 'P2D', restart: 'ask' })).toMatchObject({
      user: { notify: true, deferrals: 3, deadlineMs: 172_800_000, restart: 'ask' },
    });
    expect(told({ restart: 'force' })).toMatchObject({ user: { notify: false, deferrals: 0, restart: 'force' } });
  });

  it.each([null, {}, { notify: false, restart: 'never' as const }])('is nothing for %j, as before', (user) => {
    expect(told(user)).not.toHaveProperty('user');
  });
});
