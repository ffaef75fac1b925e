import amqp from 'amqplib';

/** Statuses of one normal execution, repeated to fill the number of reports wanted; the last is `succeeded`. */
function statusAt(index: number, count: number, last: string): string {
  if (index === count) return last;
  return ['accepted', 'downloading', 'downloading', 'installing', 'verifying'][
    Math.min(4, Math.floor(((index - 1) / count) * 5))
  ]!;
}

/** A status report as an agent sends it, as JSON. */
export function reportJson(
  jobId: string,
  computerId: string,
  seq: number,
  perComputer: number,
  last = 'succeeded',
): string {
  const status = statusAt(seq, perComputer, last);
  return JSON.stringify({
    v: 1,
    computerId,
    jobId,
    run: 1,
    attempt: 1,
    seq,
    status,
    at: new Date().toISOString(),
    ...(status === 'failed' ? { reason: 'install.exitCode', exitCode: 1 } : {}),
    ...(status === 'succeeded'
      ? {
          evidence: 'deb acme-ledger 2.4.0',
          exitCode: 0,
          steps: [{ name: 'install', startedAt: new Date().toISOString(), ok: true }],
        }
      : {}),
  });
}

/**
 * Publishes reports for computers, round by round, with confirms, from one connection whose account may name any user
 * (RabbitMQ tag `impersonator`): the result service sees the same messages as from 4,000 connections.
 */
export async function publishReports(options: {
  brokerUrl: string;
  vhost: string;
  jobId: string;
  computerIds: readonly string[];
  perComputer: number;
  /** status of each computer's last report; default `succeeded` */
  lastStatus?: string;
  /** reports per second; default as fast as confirms come */
  rate?: number;
  signal?: AbortSignal;
  exchange?: string;
}): Promise<number> {
  const { jobId, computerIds, perComputer } = options;
  const connection = await amqp.connect(`${options.brokerUrl}/${encodeURIComponent(options.vhost)}`, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  let sent = 0;
  const began = performance.now();
  for (let seq = 1; seq <= perComputer && !options.signal?.aborted; seq++) {
    for (const computerId of computerIds) {
      channel.publish(
        options.exchange ?? 'waybill.reports',
        `a-${computerId}.status.v1`,
        Buffer.from(reportJson(jobId, computerId, seq, perComputer, options.lastStatus)),
        {
          persistent: true,
          userId: `a-${computerId}`,
          contentType: 'application/json',
          type: 'status.v1',
          messageId: `${computerId}-${seq}`,
        },
      );
      if (++sent % 1000 === 0) await channel.waitForConfirms();
      if (options.rate) {
        const ahead = (sent / options.rate) * 1000 - (performance.now() - began);
        if (ahead > 20) await new Promise((resolve) => setTimeout(resolve, ahead));
      }
      if (options.signal?.aborted) break;
    }
  }
  await channel.waitForConfirms();
  await channel.close();
  await connection.close();
  return sent;
}
