import type { CreateJob } from '@waybill/contracts';

/** Orders for the OpenAPI document, by name. */
export const JOB_EXAMPLES = {
  now: {
    summary: 'at once, for a group',
    value: { package: 'acme-ledger', version: '2.4.0', targets: { groups: ['accounting'] } },
  },
  recurring: {
    summary: 'on the last Friday of twelve months, each run for two weeks',
    value: {
      package: 'acme-ledger',
      version: '2.4.0',
      action: 'verify',
      targets: { groups: ['accounting'] },
      schedule: {
        startAt: '2027-01-29T18:00:00',
        expiresAt: '2027-02-12T18:00:00',
        zone: 'Asia/Tokyo',
        recurrence: 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=12',
      },
    },
  },
  waves: {
    summary: 'a pilot at each site first, tried again, stopped when too many fail, also for who joins the group later',
    value: {
      name: 'Ledger 2.4 for accounting',
      package: 'acme-ledger',
      version: '2.4.0',
      action: 'install',
      targets: {
        groups: ['accounting'],
        filter: 'os==linux',
        exclude: { groups: ['kiosks'], computers: ['0199aaaa-0000-7000-8000-000000000001'] },
      },
      confirmTargets: 1200,
      lateJoiners: 'include',
      schedule: {
        startAt: '2027-01-29T18:00:00',
        installAt: '2027-01-30T12:00:00',
        zone: 'Asia/Tokyo',
        windows: 'group',
        expiresAt: '2027-02-12T18:00:00',
      },
      rollout: {
        waves: [{ percent: 1, soak: 'PT30M' }, { percent: 10, soak: 'PT2H', approval: 'manual' }, { percent: 100 }],
        gate: { successPercent: 95, minimumFinished: 20 },
        stratifyBy: 'site',
        maxInFlight: 2000,
        ratePerMinute: 1000,
      },
      stopWhen: { failedPercent: 5, minimumFinished: 20 },
      retry: { attempts: 3, backoff: 'PT5M', multiplier: 2, jitter: 0.2, on: ['download.*', 'install.exitCode:1618'] },
      timeouts: { accept: 'P7D', progress: 'PT2H', execution: 'PT6H' },
      user: { notify: true, deferrals: 3, deadline: 'P2D', restart: 'ask' },
      priority: 5,
      annotations: { ticket: 'CHG-1042' },
    },
  },
  ownTime: {
    summary: 'each computer in the night of its own time zone, from files that it has fetched in the evening',
    value: {
      package: 'acme-ledger',
      version: '2.4.0',
      targets: { groups: ['accounting'] },
      schedule: {
        startAt: '2027-01-29T18:00:00',
        installAt: '2027-01-30T02:00:00',
        expiresAt: '2027-01-31T00:00:00',
        zone: 'local',
      },
    },
  },
  emergency: {
    summary: 'to these computers at once, whatever the windows of their groups say',
    value: {
      package: 'browser-fix',
      version: '1.0.1',
      targets: { computers: ['0199aaaa-0000-7000-8000-000000000002'] },
      schedule: { windows: 'ignore' },
      priority: 10,
    },
  },
} satisfies Record<string, { summary: string; value: CreateJob }>;
