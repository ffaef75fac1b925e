import { randomUUID } from 'node:crypto';
import amqp from 'amqplib';
import { until } from '../e2e/support/ready.ts';
import { assignTargets } from './assign-targets.ts';
import type { BenchStack } from './bench-stack.ts';
import { ingestFloor } from './floor/ingest-floor.ts';
import type { Figure } from './measure.ts';
import { publishReports } from './reports-load.ts';

const COMPUTERS = 4_000;
const PER_COMPUTER = 50;
const REPORTS = COMPUTERS * PER_COMPUTER;

/**
 * 200,000 status reports wait in the queue; how fast are they in PostgreSQL, with counters? The floor drains the same
 * messages with a bare consumer and an `unnest` upsert without validation.
 */
export async function ingest(stack: BenchStack): Promise<Figure[]> {
  const load = await stack.impersonator();
  const jobId = randomUUID();
  const computerIds = Array.from({ length: COMPUTERS }, () => randomUUID());
  await assignTargets(stack, jobId, computerIds);

  const control = await amqp.connect(`${load.brokerUrl}/${encodeURIComponent(load.vhost)}`, { noDelay: true });
  const channel = await control.createConfirmChannel();
  const floorQueue = 'bench.floor.reports';
  await channel.assertQueue(floorQueue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(floorQueue, 'waybill.reports', '*.status.v1');
  await stack.stopService('result');
  try {
    await publishReports({ ...load, jobId, computerIds, perComputer: PER_COMPUTER });
    await channel.unbindQueue(floorQueue, 'waybill.reports', '*.status.v1');

    const floor = await ingestFloor({ ...load, queue: floorQueue, databaseUrl: stack.databaseUrl, messages: REPORTS });
    const ready = async () => (await channel.checkQueue('reports.status')).messageCount;
    if ((await ready()) < REPORTS) throw new Error('not all reports are waiting');
    await stack.startService('result');
    let began = 0;
    await until('the first reports to be taken', 60_000, async () => {
      if ((await ready()) < REPORTS) began = performance.now();
      return began > 0;
    });
    await until(
      'all reports to be counted',
      300_000,
      async () => (await stack.succeeded(jobId)) === COMPUTERS && (await ready()) === 0,
    );
    const ours = REPORTS / ((performance.now() - began) / 1000);
    return [
      {
        name: 'ingest 200,000 reports',
        unit: 'rows/s',
        ours,
        floor,
        target: '≥ 50 % of floor',
        met: ours >= 0.5 * floor,
      },
    ];
  } finally {
    await channel.deleteQueue(floorQueue);
    await control.close();
    await stack.startService('result');
  }
}
