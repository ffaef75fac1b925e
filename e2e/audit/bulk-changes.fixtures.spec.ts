import { eventually } from '@waybill/testing';
import type { Job } from '../support/views.ts';
import { type Answer, type AuditWorld, MINUTES } from './audit-world.fixtures.spec.ts';

type Perform = (world: AuditWorld) => Promise<Answer>;

/** The job that all of them act on, one after the other. */
let id = '';
const ORDER = { package: 'e2e-tiny', version: '1.0.0' };
const jobs = () => ({ jobs: [{ id }] });

async function until(world: AuditWorld, expected: object): Promise<void> {
  const look = async () => expect(await world.stack.api.get<Job>(`/jobs/${id}`)).toMatchObject(expected);
  await eventually(look, { timeoutMs: 3 * MINUTES });
}

/** Actions on many jobs, or on many executions, done once in this order: each job has its own entry. */
export const BULK_CHANGES: [operation: string, action: string, perform: Perform][] = [
  [
    'POST /jobs/actions/pause',
    'job.paused',
    async (world) => {
      const { body } = await world.call('POST', '/jobs', { ...ORDER, targets: { computers: [world.computer.id] } });
      id = String(body['id']);
      await until(world, { waves: [{ status: 'released' }] });
      return world.call('POST', '/jobs/actions/pause', jobs());
    },
  ],
  ['POST /jobs/actions/resume', 'job.resumed', (world) => world.call('POST', '/jobs/actions/resume', jobs())],
  ['POST /jobs/actions/cancel', 'job.canceled', (world) => world.call('POST', '/jobs/actions/cancel', jobs())],
  [
    'POST /jobs/actions/re-execute',
    'job.reexecuted',
    async (world) => {
      await until(world, { counters: { canceled: 1 } });
      return world.call('POST', '/jobs/actions/re-execute', { ...jobs(), only: 'unsuccessful' });
    },
  ],
  [
    'POST /jobs/{id}/executions/actions/re-execute',
    'job.reexecuted',
    async (world) => {
      await world.call('POST', '/jobs/actions/cancel', jobs());
      await until(world, { counters: { canceled: 1 } });
      return world.call('POST', `/jobs/${id}/executions/actions/re-execute`, { computers: [world.computer.id] });
    },
  ],
  [
    'POST /jobs/actions/approve',
    'job.approved',
    async (world) => {
      const { body } = await world.call('POST', '/jobs', { ...ORDER, targets: { groups: ['guarded'] } });
      const token = await world.login('second', world.secrets.get('password of second')!);
      return world.call('POST', '/jobs/actions/approve', { jobs: [{ id: String(body['id']) }] }, token);
    },
  ],
];
