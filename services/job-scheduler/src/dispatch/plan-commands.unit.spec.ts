import { type ExecuteCommand, inboxShard, inboxStream } from '@waybill/contracts';
import { v7 } from 'uuid';
import { aRunningJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import { cancelContent, executeContent } from './command-content.js';
import { toComputers, toGroups } from './plan-commands.js';

const version = { signedManifest: 'a.b.c', manifestDigest: 'sha256:x' };
const content = executeContent(aRunningJob(), version, 1, NOW);

describe('toGroups', () => {
  it('is one command per group, for all of it', () => {
    expect(toGroups([{ id: 'g', generation: 3 }], content)).toEqual([
      { stream: 'cmd.g.g.3', audience: { group: 'g', generation: 3 }, selector: { kind: 'all' }, content },
    ]);
  });
});

describe('toComputers', () => {
  const ids = Array.from({ length: 40_000 }, () => v7());
  const planned = toComputers(ids, content);

  it('reaches every computer exactly once, in its own shard', () => {
    const reached = planned.flatMap(({ selector }) => (selector.kind === 'computers' ? selector.ids : []));
    expect(reached.toSorted()).toEqual(ids.toSorted());
    for (const { stream, audience, selector } of planned) {
      const shards = new Set(selector.kind === 'computers' ? selector.ids.map((id) => inboxShard(id)) : []);
      expect(shards.size).toBe(1);
      const [shard] = shards;
      expect({ stream, audience }).toEqual({ stream: inboxStream(shard!), audience: { shard } });
    }
  });

  it('names at most 250 in one command', () => {
    expect(
      Math.max(...planned.map(({ selector }) => (selector.kind === 'computers' ? selector.ids.length : Infinity))),
    ).toBe(250);
  });

  it('is nothing for nobody', () => expect(toComputers([], content)).toEqual([]));
});

describe('executeContent', () => {
  it('says when to act while that lies ahead', () => {
    const job = aRunningJob({ installsAt: at(60) });
    expect(executeContent(job, version, 1, at(59))).toMatchObject({ installAt: at(60).toISOString() });
    expect(executeContent(job, version, 1, at(60))).not.toHaveProperty('installAt');
  });

  describe("of a job by each computer's own time", () => {
    const local = {
      startAt: '2026-09-02T09:00:00',
      installAt: '2026-09-02T12:00:00',
      expiresAt: '2026-09-15T00:00:00',
    };
    const job = aRunningJob({
      zone: 'local',
      startAt: local.startAt,
      installAt: local.installAt,
      installsAt: new Date('2026-09-01T22:00:00Z'),
      expireAt: local.expiresAt,
      expiresAt: new Date('2026-09-15T12:00:00Z'),
    });
    const timesAt = (now: string, changes: object = {}) => {
      const {
        installAt,
        local: said,
        expiresAt,
      } = executeContent({ ...job, ...changes }, version, 1, new Date(now)) as ExecuteCommand;
      return { installAt, local: said, expiresAt };
    };
    const expiresAt = '2026-09-15T12:00:00.000Z';

    it('says its times as they were written, and is valid until the last zone has expired', () => {
      expect(timesAt('2026-09-01T19:00:00Z')).toEqual({ installAt: 'local', local, expiresAt });
    });

    it('says none that has passed everywhere', () => {
      const { startAt: _, ...afterStart } = local;
      expect(timesAt('2026-09-02T20:59:59Z').local).toEqual(local);
      expect(timesAt('2026-09-02T21:00:00Z').local).toEqual(afterStart);
      expect(timesAt('2026-09-03T00:00:00Z').local).toEqual({ expiresAt: local.expiresAt });
    });

    it('says no expiry that a new attempt has moved, and nothing of it when there is nothing to say', () => {
      const later = new Date('2026-10-20T00:00:00Z');
      const plain = { installAt: undefined, local: undefined };
      expect(timesAt('2026-09-20T00:00:00Z', { expiresAt: later })).toEqual({
        ...plain,
        expiresAt: later.toISOString(),
      });
      const now = { startAt: null, installAt: null, expireAt: null };
      expect(timesAt('2026-09-01T00:00:00Z', now)).toEqual({ ...plain, expiresAt });
    });
  });

  it('says what the agent needs in order to act and to judge', () => {
    const job = aRunningJob({ resolvedAt: at(3), priority: 7, excludeGroupIds: ['g'], excludeComputers: ['c'] });
    expect(executeContent(job, version, 2, NOW)).toEqual({
      kind: 'execute',
      jobId: job.id,
      run: 1,
      attempt: 2,
      priority: 7,
      action: 'install',
      ...version,
      resolvedAt: at(3).toISOString(),
      lateJoiners: 'exclude',
      exclude: { groups: ['g'], computers: ['c'] },
      revision: job.revision,
      expiresAt: job.expiresAt.toISOString(),
    });
  });
});

describe('cancelContent', () => {
  it('holds as long as a stream keeps what it cancels', () => {
    expect(cancelContent({ jobId: 'j', run: 1, attempt: 2, closing: 'expired', reason: 'why' }, NOW)).toEqual({
      kind: 'cancel',
      jobId: 'j',
      run: 1,
      attempt: 2,
      status: 'expired',
      reason: 'why',
      expiresAt: '2026-10-01T00:00:00.000Z',
    });
  });
});
