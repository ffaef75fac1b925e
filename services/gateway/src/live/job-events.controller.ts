import { Controller, Get, Headers, Param, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiProduces, ApiTags } from '@nestjs/swagger';
import { RESULT_RPC } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { Request, Response } from 'express';
import { IdPipe } from '../http/id.pipe.js';
import { JobViews } from '../jobs/job-views.service.js';
import { Answers, Problems } from '../openapi/answers.js';
import { LiveSession } from '../session/live-session.js';
import { Caller, type Principal } from '../session/principal.js';
import { streamJobEvents } from './job-events.stream.js';
import { JobMoves } from './job-moves.js';
import { LiveEvents } from './live-events.js';

@ApiTags('jobs')
@Controller('jobs/:id/events')
export class JobEventsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly views: JobViews,
    private readonly live: LiveEvents,
    private readonly sessions: LiveSession,
  ) {}

  /** Live status as server-sent events; `Last-Event-ID` resumes without a gap. */
  @Get()
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'id of the last event seen' })
  @ApiProduces('text/event-stream')
  @Answers(200, null, 'Events `job` and `execution`.')
  @Problems('job.notFound', 'changes.position', 'changes.forgotten')
  async events(
    @Param('id', IdPipe) id: string,
    @Caller() caller: Principal,
    @Req() request: Request,
    @Res() response: Response,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<void> {
    const closed = new AbortController();
    response.on('close', () => closed.abort());
    await this.views.get(id);
    const moves = new JobMoves(id, this.live);
    // a stream lasts for hours: whose session ends, or whose role changes, sees no more from here on
    const asCaller = <T>(work: () => Promise<T>) => this.sessions.run(caller, request, 'jobs.read', work);
    const source = {
      job: () => asCaller(() => this.views.get(id)),
      changes: (position: string | undefined) =>
        asCaller(() =>
          this.rpc.call(RESULT_RPC.changes, { jobId: id, limit: 500, ...(position === undefined ? {} : { position }) }),
        ),
      moved: (ms: number, signal: AbortSignal) => moves.next(ms, signal),
    };
    try {
      await streamJobEvents(response, source, lastEventId, closed.signal);
    } catch (error) {
      // After the first byte there is no other way to say it: the client reconnects with its Last-Event-ID.
      if (!response.headersSent) throw error;
    } finally {
      if (response.headersSent) response.end();
      moves.stop();
    }
  }
}
