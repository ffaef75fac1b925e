import { once } from 'node:events';
import { type ExecutionChanges, type JobStatus } from '@waybill/contracts';
import type { Response } from 'express';
import type { JobDetail } from '../jobs/job-detail.js';

/** What a stream of job events needs from the services behind. */
export interface JobEventsSource {
  job(): Promise<JobDetail>;
  /** changed executions after a position; without one: the current position */
  changes(position: string | undefined): Promise<ExecutionChanges>;
  /** resolves when the job may have moved, at the latest after `ms` */
  moved(ms: number, signal: AbortSignal): Promise<void>;
}

/** A hint may be lost; the feed is then read after this time at the latest. */
const CATCH_UP_MS = 5_000;
const ENDED: readonly JobStatus[] = ['completed', 'canceled', 'expired'];

/**
 * Server-sent events of one job: `job` (the job with counters, when they moved) and `execution` (one changed execution).
 * Every event's id is a position in the feed: a client that reconnects with `Last-Event-ID` gets each execution's newest
 * state after it, nothing is missed. Slow readers are waited for.
 */
export async function streamJobEvents(
  response: Response,
  source: JobEventsSource,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  let position = lastEventId;
  if (position === undefined) position = (await source.changes(undefined)).position;
  else await source.changes(position); // a made-up id is refused before the stream begins
  response.status(200);
  response.setHeader('Content-Type', 'text/event-stream');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Accel-Buffering', 'no');
  response.flushHeaders();

  let shown = '';
  while (!signal.aborted) {
    let changes: ExecutionChanges;
    do {
      const before: string = position;
      changes = await source.changes(before);
      position = changes.position;
      // Only a page's last event moves the id on: a client cut off within a page gets the page again, not a gap.
      for (const [index, execution] of changes.items.entries()) {
        const id = index === changes.items.length - 1 ? position : before;
        await send(response, 'execution', id, execution, signal);
      }
    } while (changes.more && !signal.aborted);

    const job = await source.job();
    const now = JSON.stringify([job.status, job.revision, job.counters]);
    if (now !== shown) await send(response, 'job', position, job, signal);
    else await write(response, ': still here\n\n', signal);
    shown = now;
    await source.moved(ENDED.includes(job.status) ? CATCH_UP_MS * 3 : CATCH_UP_MS, signal);
  }
}

async function send(response: Response, event: string, id: string, data: object, signal: AbortSignal): Promise<void> {
  await write(response, `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`, signal);
}

async function write(response: Response, text: string, signal: AbortSignal): Promise<void> {
  if (!signal.aborted && !response.write(text)) await once(response, 'drain', { signal }).catch(() => undefined);
}
