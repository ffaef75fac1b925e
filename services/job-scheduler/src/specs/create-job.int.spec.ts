import {
  type CreateJob,
  EVENTS,
  FLEET_RPC,
  JOB_RPC,
  type JobView,
  type Manifest,
  PACKAGE_RPC,
  type PageQuery,
} from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { v7 } from 'uuid';
import { SILENCE } from './fake-peers.spec.js';
import {
  aManifest,
  computers,
  create,
  get,
  order,
  published,
  publishVersion,
  tellPeers,
  versionView,
} from './orders.fixtures.spec.js';
import { type SchedulerReplicas, SERVERS_TIMEOUT_MS, startScheduler } from './scheduler-replicas.spec.js';

const FAR = { startAt: '2030-01-01T00:00:00Z' };

let scheduler: SchedulerReplicas;

beforeAll(async () => {
  scheduler = await startScheduler(1);
  await publishVersion(scheduler);
  await scheduler.group('accounting', []);
}, SERVERS_TIMEOUT_MS);
afterAll(() => scheduler?.stop());

const jobCount = async () =>
  Number((await scheduler.sql.query<[{ count: string }]>('SELECT count(*) FROM jobs'))[0].count);

async function pointersOf(job: object): Promise<string[]> {
  const before = await jobCount();
  const error = (await create(scheduler, job as Partial<CreateJob>).catch((thrown: unknown) => thrown)) as {
    code: string;
    errors: { pointer: string }[];
  };
  expect(error).toMatchObject({ kind: 'invalid', code: 'job.invalid' });
  expect(await jobCount()).toBe(before);
  return error.errors.map(({ pointer }) => pointer);
}

describe('a job is made', () => {
  it('with its defaults', async () => {
    const view = await create(scheduler, { schedule: FAR });
    expect(view).toMatchObject({
      name: 'install acme-ledger 2.4.0',
      status: 'scheduled',
      action: 'install',
      targets: {
        groups: ['accounting'],
        computers: [],
        filter: null,
        exclude: { groups: [], computers: [] },
        total: null,
      },
      schedule: {
        startAt: '2030-01-01T00:00:00Z',
        windows: 'group',
        installAt: null,
        zone: 'UTC',
        startsAt: '2030-01-01T00:00:00.000Z',
        installsAt: null,
        expiresAt: '2030-01-31T00:00:00.000Z',
      },
      rollout: null,
      stopWhen: null,
      user: null,
      waves: [{ number: 1, percent: 100, status: 'pending', total: null, releasedAt: null, approvedBy: null }],
      priority: 5,
      annotations: {},
      run: 1,
      attempt: 1,
      createdBy: 'admin',
      revision: 1,
    } satisfies Partial<JobView>);
    expect(await get(scheduler, view.id)).toEqual(view);
  });

  it('with everything that may be said', async () => {
    const [computer, excluded] = computers(scheduler, 2) as [string, string];
    const wanted: CreateJob = {
      name: 'Ledger away',
      package: 'acme-ledger',
      version: '2.4.0',
      action: 'uninstall',
      targets: { groups: ['accounting'], computers: [computer.toUpperCase()], exclude: { computers: [excluded] } },
      schedule: { startAt: '2030-01-01T09:00:00', zone: 'Asia/Tokyo', expiresAt: '2030-01-02T09:00:00' },
      user: { notify: true, deferrals: 3, deadline: 'PT4H', restart: 'ask' },
      priority: 9,
      annotations: { ticket: 'CHG-1042', 'a/b': 'é' },
    };
    const view = await create(scheduler, wanted);
    expect(view).toMatchObject({
      name: 'Ledger away',
      action: 'uninstall',
      user: { notify: true, deferrals: 3, deadline: 'PT4H', restart: 'ask' },
      targets: { computers: [computer], exclude: { computers: [excluded] } },
      schedule: {
        startAt: '2030-01-01T09:00:00',
        zone: 'Asia/Tokyo',
        startsAt: '2030-01-01T00:00:00.000Z',
        expiresAt: '2030-01-02T00:00:00.000Z',
      },
      priority: 9,
      annotations: wanted.annotations,
    });
  });

  it('once, however often the same id asks for it', async () => {
    const id = v7();
    const views = await Promise.all([1, 2, 3].map(() => create(scheduler, { schedule: FAR }, id)));
    expect(new Set(views.map((view) => view.createdAt)).size).toBe(1);
    expect(await create(scheduler, { package: 'something-else' }, id)).toEqual(views[0]);
    expect(await scheduler.sql.query('SELECT 1 FROM timers WHERE job_id = $1', [id])).toHaveLength(2);
  });

  it('although the events about its version and its group have not come yet', async () => {
    const event = published('brand-new', '1.0');
    tellPeers(scheduler, event);
    const groupId = await scheduler.group('new-group', [], { told: false });
    const view = await create(scheduler, {
      package: 'brand-new',
      version: '1.0',
      targets: { groups: ['new-group'] },
      schedule: FAR,
    });
    const [row] = await scheduler.sql.query('SELECT version_id, group_ids FROM jobs WHERE id = $1', [view.id]);
    expect(row).toEqual({ version_id: event.versionId, group_ids: [groupId] });
    // the events come late and complete what was learnt by asking
    await scheduler.tell(EVENTS.packageVersionPublished, event);
    await scheduler.tell(EVENTS.groupChanged, {
      v: 1,
      groupId,
      name: 'new-group',
      generation: 7,
      revision: 1,
      deleted: false,
    });
    await eventually(async () => {
      expect(
        await scheduler.sql.query('SELECT 1 FROM version_artifacts WHERE version_id = $1', [event.versionId]),
      ).toHaveLength(1);
      expect(await scheduler.sql.query('SELECT generation FROM group_copies WHERE group_id = $1', [groupId])).toEqual([
        { generation: 7 },
      ]);
    });
  });
});

describe('an order is refused', () => {
  it.each<[string, object, string[]]>([
    ['an unknown package', { package: 'nothing' }, ['/package']],
    ['a package name that cannot be', { package: 'a\u0000b' }, ['/package']],
    ['an unknown version', { version: '9.9' }, ['/version']],
    ['an unknown group', { targets: { groups: ['accounting', 'nobody'] } }, ['/targets/groups/1']],
    ['a group name that cannot be', { targets: { groups: ['../\u0000'] } }, ['/targets/groups/0']],
    [
      'an unknown excluded group',
      { targets: { groups: ['accounting'], exclude: { groups: ['nobody'] } } },
      ['/targets/exclude/groups/0'],
    ],
    ['an unknown computer', { targets: { computers: [v7()] } }, ['/targets/computers/0']],
    [
      'an unknown excluded computer',
      { targets: { groups: ['accounting'], exclude: { computers: [v7()] } } },
      ['/targets/exclude/computers/0'],
    ],
    ['no targets', { targets: {} }, ['/targets']],
    ['an unknown zone', { schedule: { zone: 'Mars/Olympus' } }, ['/schedule/zone']],
    ['a start that does not exist', { schedule: { startAt: '2026-02-30T00:00:00' } }, ['/schedule/startAt']],
    [
      'an expiry before the start',
      { schedule: { startAt: '2030-01-02T00:00:00Z', expiresAt: '2030-01-01T00:00:00Z' } },
      ['/schedule/expiresAt'],
    ],
    ['an expiry in the past', { schedule: { expiresAt: '2020-01-01T00:00:00Z' } }, ['/schedule/expiresAt']],
    [
      'a deadline of users that the job ends before',
      { user: { notify: true, deferrals: 1, deadline: 'P30D' } },
      ['/user/deadline'],
    ],
    ['annotations too long', { annotations: { ticket: 'x'.repeat(501) } }, ['/annotations/ticket']],
    [
      'everything at once',
      {
        name: ' ',
        package: 'nothing',
        targets: { groups: ['nobody'], computers: [v7()] },
        schedule: { zone: 'x' },
        annotations: { a: 1 },
        user: { deferrals: 3, restart: 'ask' },
      },
      [
        '/annotations/a',
        '/name',
        '/package',
        '/schedule/zone',
        '/targets/computers/0',
        '/targets/groups/0',
        '/user/deferrals',
        '/user/restart',
      ],
    ],
  ])('%s', async (_what, job, expected) => {
    expect((await pointersOf(job)).sort()).toEqual(expected);
  });

  it('a version that is a draft, and one that was withdrawn', async () => {
    const draft = published('draft', '1');
    scheduler.peers.versions.set(
      'draft 1',
      versionView(draft, { status: 'draft', publishedAt: null, manifestDigest: null }),
    );
    const gone = published('gone', '1');
    tellPeers(scheduler, gone, { status: 'withdrawn' });
    expect(await pointersOf({ package: 'draft', version: '1' })).toEqual(['/version']);
    expect(await pointersOf({ package: 'gone', version: '1' })).toEqual(['/version']);
  });

  it('a version whose withdrawal came before its publication', async () => {
    const event = published('hasty', '1');
    const { versionId } = event;
    await scheduler.tell(EVENTS.packageVersionWithdrawn, {
      v: 1,
      versionId,
      package: 'hasty',
      version: '1',
      withdrawnAt: '2026-08-02T00:00:00Z',
    });
    await publishVersion(scheduler, event);
    await eventually(async () => {
      expect(
        await scheduler.sql.query('SELECT 1 FROM version_copies WHERE version_id = $1 AND manifest IS NOT NULL', [
          versionId,
        ]),
      ).toHaveLength(1);
    });
    expect(await pointersOf({ package: 'hasty', version: '1' })).toEqual(['/version']);
  });

  it('an uninstallation that nobody knows how to do', async () => {
    const event = published('script-only', '1');
    const manifest: Manifest = { ...aManifest('script-only', '1') };
    manifest.variants = [
      {
        ...manifest.variants[0]!,
        installer: { type: 'script', file: 'ledger.deb' },
        detection: [{ file: { path: '/opt/x' } }],
      },
    ];
    await publishVersion(scheduler, { ...event, manifest });
    expect(await pointersOf({ package: 'script-only', version: '1', action: 'uninstall' })).toEqual(['/action']);
  });

  it.each<[string, object, string]>([
    ['an unknown field', { colour: 'red' }, '/job/colour'],
    ['a name with control characters', { name: 'a\u001bb' }, '/job/name'],
    ['a wrong type', { priority: '5' }, '/job/priority'],
    ['a priority out of range', { priority: 11 }, '/job/priority'],
    ['an unknown action', { action: 'explode' }, '/job/action'],
    ['a time that is none', { schedule: { startAt: 'tomorrow' } }, '/job/schedule/startAt'],
    ['a group listed twice', { targets: { groups: ['accounting', 'accounting'] } }, '/job/targets/groups'],
  ])('%s, by its shape', async (_what, job, pointer) => {
    const request = scheduler.rpc.call(JOB_RPC.create, { job: { ...order(), ...job } });
    await expect(request).rejects.toMatchObject({
      kind: 'invalid',
      code: 'request.invalid',
      errors: expect.arrayContaining([expect.objectContaining({ pointer })]),
    });
  });

  it('while somebody who must be asked is away, and nothing is made', async () => {
    const before = await jobCount();
    const { answers } = scheduler.peers;
    const [groupGet, versionGet] = [answers.get(FLEET_RPC.groupGet)!, answers.get(PACKAGE_RPC.versionGet)!];
    const away = () => SILENCE;
    answers.set(FLEET_RPC.groupGet, away).set(PACKAGE_RPC.versionGet, away);
    const request = scheduler.rpc.call(
      JOB_RPC.create,
      { job: order({ targets: { groups: ['unheard'] } }) },
      { timeoutMs: 8000 },
    );
    await expect(request).rejects.toMatchObject({ kind: 'unavailable' });
    answers.set(FLEET_RPC.groupGet, groupGet).set(PACKAGE_RPC.versionGet, versionGet);
    expect(await jobCount()).toBe(before);
  });
});

describe('jobs are read', () => {
  it('by id, or not found', async () => {
    await expect(get(scheduler, v7())).rejects.toMatchObject({ kind: 'notFound', code: 'job.notFound' });
  });

  it('page by page, filtered and sorted', async () => {
    const tag = v7();
    for (const name of ['c', 'a', 'b']) await create(scheduler, { name: `${tag} ${name}`, schedule: FAR });
    const filter = `name=="${tag}*";status==scheduled;package==acme-ledger;version==2.4.0;action==install;createdBy==admin;startsAt>=2030-01-01T00:00:00Z`;
    const first = await scheduler.rpc.call(JOB_RPC.list, { filter, sort: 'name', limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual([`${tag} a`, `${tag} b`]);
    const second = await scheduler.rpc.call(JOB_RPC.list, {
      filter,
      sort: 'name',
      limit: 2,
      cursor: first.nextCursor!,
    });
    expect(second).toMatchObject({ items: [{ name: `${tag} c` }], nextCursor: null });
    const newest = await scheduler.rpc.call(JOB_RPC.list, { filter });
    expect(newest.items.map(({ name }) => name)).toEqual([`${tag} b`, `${tag} a`, `${tag} c`]);
    expect(newest.items[0]).toEqual(await get(scheduler, newest.items[0]!.id));
  });

  it.each<[string, PageQuery, string]>([
    ['an unknown field', { filter: 'colour==red' }, 'filter.unknownField'],
    ['an unknown status', { filter: 'status==happy' }, 'filter.value'],
    ['too many terms', { filter: Array.from({ length: 101 }, () => 'name==a').join(',') }, 'filter.tooLong'],
    ['an unknown sort', { sort: 'colour' }, 'sort.unknownField'],
    ['a made-up cursor', { cursor: 'made-up' }, 'cursor.invalid'],
  ])('not with %s', async (_what, query, code) => {
    await expect(scheduler.rpc.call(JOB_RPC.list, query)).rejects.toMatchObject({ kind: 'invalid', code });
  });
});
