import { at, NOW } from './a-job.fixture.spec.js';
import { decideCreation } from './decide-creation.js';

describe('decideCreation', () => {
  const schedule = {
    startAt: null,
    installAt: null,
    expireAt: null,
    zone: 'UTC',
    startsAt: at(10),
    installsAt: null,
    expiresAt: at(3600),
    recurrence: null,
  };
  const checked = {
    id: '01990000-0000-7000-8000-000000000001',
    order: { package: 'acme', version: '1', targets: { computers: ['01990000-0000-7000-8000-00000000000A'] } },
    actor: { id: 'a', name: 'admin' },
    category: 'office',
    approval: null,
    versionId: '01990000-0000-7000-8000-0000000000aa',
    groupIds: [],
    excludeGroupIds: [],
    mostTargets: null,
    schedule,
  };

  it('schedules the job with its two timers and tells about it; nothing is sent', () => {
    const { job, effects } = decideCreation(checked, NOW);
    expect(job).toMatchObject({
      status: 'scheduled',
      phase: 'idle',
      run: 1,
      attempt: 1,
      revision: 1,
      total: null,
      name: 'install acme 1',
      priority: 5,
    });
    expect(effects).toEqual([
      { kind: 'setTimer', timer: 'start', dueAt: at(10) },
      { kind: 'setTimer', timer: 'expire', dueAt: at(3600) },
      { kind: 'announceStatus' },
    ]);
  });

  it('keeps computer ids in lower case, the form that hashes and selectors work on', () => {
    expect(decideCreation(checked, NOW).job.computers).toEqual(['01990000-0000-7000-8000-00000000000a']);
  });
});
