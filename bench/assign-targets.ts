import { randomUUID } from 'node:crypto';
import amqp from 'amqplib';
import { until } from '../e2e/support/ready.ts';
import type { BenchStack } from './bench-stack.ts';

const CHUNK = 5_000;

/** Gives the result service executions as job-scheduler would: `job.targets.assigned.v1` in chunks. */
export async function assignTargets(stack: BenchStack, jobId: string, computerIds: readonly string[]): Promise<void> {
  const url = new URL(stack.schedulerBrokerUrl);
  url.pathname = encodeURIComponent(stack.servicesVhost);
  const connection = await amqp.connect(url.toString(), { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const chunks = Math.ceil(computerIds.length / CHUNK);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const targets = computerIds
      .slice(chunk * CHUNK, (chunk + 1) * CHUNK)
      .map((computerId) => ({ computerId, name: `pc-${computerId.slice(0, 8)}`, online: true, lastSeenAt: null }));
    const body = {
      v: 1,
      jobId,
      run: 1,
      chunk,
      chunks,
      total: computerIds.length,
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      targets,
    };
    channel.publish('waybill.events', 'job.targets.assigned.v1', Buffer.from(JSON.stringify(body)), {
      persistent: true,
      contentType: 'application/json',
      type: 'job.targets.assigned.v1',
      messageId: randomUUID(),
      userId: decodeURIComponent(url.username),
    });
  }
  await channel.waitForConfirms();
  await connection.close();
  await until('the executions to be stored', 60_000, async () => (await stack.total(jobId)) === computerIds.length);
}
