import { PassThrough } from 'node:stream';
import { emptyCounters, type ExecutionChanges, type ExecutionView } from '@waybill/contracts';
import type { Response } from 'express';
import type { JobDetail } from '../jobs/job-detail.js';
import { type JobEventsSource, streamJobEvents } from './job-events.stream.js';

/** A feed with three changes, read in pages of two, then nothing more. */
class Feed implements JobEventsSource {
  readonly asked: (string | undefined)[] = [];
  status: JobDetail['status'] = 'running';

  constructor(private readonly stop: AbortController) {}

  job(): Promise<JobDetail> {
    return Promise.resolve({ id: 'j', status: this.status, revision: 1, counters: emptyCounters() } as JobDetail);
  }

  changes(position: string | undefined): Promise<ExecutionChanges> {
    this.asked.push(position);
    if (position === undefined) return Promise.resolve({ items: [], position: '3', more: false });
    const from = Number(position);
    const items = [1, 2, 3]
      .filter((n) => n > from)
      .slice(0, 2)
      .map((n) => ({ computerName: `pc-${n}` }) as ExecutionView);
    return Promise.resolve({ items, position: String(from + items.length), more: from + items.length < 3 });
  }

  moved(): Promise<void> {
    this.stop.abort();
    return Promise.resolve();
  }
}

async function streamed(lastEventId: string | undefined): Promise<{ text: string; feed: Feed }> {
  const stop = new AbortController();
  const feed = new Feed(stop);
  const pipe = new PassThrough();
  const response = Object.assign(pipe, { status: () => pipe, setHeader: () => pipe, flushHeaders: () => undefined });
  await streamJobEvents(response as unknown as Response, feed, lastEventId, stop.signal);
  pipe.end();
  return { text: (await pipe.toArray()).join(''), feed };
}

describe('streamJobEvents', () => {
  it('resumes after Last-Event-ID and misses nothing, also when cut off within a page', async () => {
    const { text } = await streamed('0');
    expect(text.match(/pc-\d/g)).toEqual(['pc-1', 'pc-2', 'pc-3']);
    expect(text.match(/^id: .*$/gm)).toEqual(['id: 0', 'id: 2', 'id: 3', 'id: 3']);
  });

  it('begins at the present without Last-Event-ID, with the job as it stands', async () => {
    const { text } = await streamed(undefined);
    expect(text).not.toContain('event: execution');
    expect(text).toMatch(/event: job\nid: 3\ndata: \{.*"status":"running"/);
  });
});
