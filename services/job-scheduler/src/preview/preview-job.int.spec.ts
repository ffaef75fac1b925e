import { JOB_RPC } from '@waybill/contracts';
import { computers, order } from '../specs/orders.fixtures.spec.js';
import { scheduler } from '../specs/two-schedulers.fixtures.spec.js';

const rows = () =>
  scheduler.sql.query('SELECT (SELECT count(*) FROM jobs) AS jobs, (SELECT count(*) FROM outbox) AS told');

describe('a dry run', () => {
  it('says whom a job would reach, and makes nothing', async () => {
    const members = computers(scheduler, 11);
    await scheduler.group('previewed', members);
    const before = await rows();
    const preview = await scheduler.rpc.call(JOB_RPC.preview, {
      job: order({ targets: { groups: ['previewed'], exclude: { computers: [members[0]!] } } }),
    });
    expect(preview).toMatchObject({
      targets: { total: 10, offline: 1, withoutVariant: 5 },
      platforms: [
        { os: 'linux', computers: 5, variant: 0, bytesEach: 1234 },
        { os: null, computers: 5, variant: null },
      ],
      bytes: 5 * 1234,
      waves: [{ number: 1, expected: 10 }],
      approval: null,
    });
    expect(await rows()).toEqual(before);
  });

  it('is refused like the job itself, with every error at once', async () => {
    const user = { deferrals: 1 };
    const job = order({ targets: { groups: ['nobody'] }, rollout: { waves: [{ percent: 50 }] }, user });
    await expect(scheduler.rpc.call(JOB_RPC.preview, { job })).rejects.toMatchObject({
      code: 'job.invalid',
      errors: expect.arrayContaining(
        ['/targets/groups/0', '/rollout/waves/0/percent', '/user/deferrals'].map((pointer) =>
          expect.objectContaining({ pointer }),
        ),
      ),
    });
  });
});
