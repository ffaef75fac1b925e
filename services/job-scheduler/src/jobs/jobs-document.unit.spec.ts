import { readFileSync } from 'node:fs';
import { CreateJob, validateMessage } from '@waybill/contracts';
import { checkOrder } from './check-order.js';
import { planSchedule } from './plan-schedule.js';

const DOCUMENT = new URL('../../../../docs/jobs.md', import.meta.url);
const bodies = [...readFileSync(DOCUMENT, 'utf8').matchAll(/\$API\/jobs -d '([^']+)'/g)].map(([, body]) => body!);

describe('docs/jobs.md', () => {
  it('has worked recipes', () => expect(bodies.length).toBeGreaterThanOrEqual(3));

  it.each(bodies)('shows a job that is taken: %s', (body) => {
    const job = JSON.parse(body) as CreateJob;
    expect(validateMessage(CreateJob, job)).toMatchObject({ ok: true });
    const errors = checkOrder(job);
    planSchedule(job.schedule ?? {}, new Date('2026-08-01T00:00:00Z'), errors);
    expect(errors).toEqual([]);
  });
});
