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
} satisfies Record<string, { summary: string; value: CreateJob }>;
