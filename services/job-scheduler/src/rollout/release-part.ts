import { Injectable } from '@nestjs/common';
import { EVENTS, EXCHANGES, type JobComputersTold, TARGETS_CHUNK, waveSlice } from '@waybill/contracts';
import { Outbox, type SqlExecutor } from '@waybill/messaging';
import { v7 as uuidv7 } from 'uuid';
import { CommandPlanner } from '../dispatch/command-planner.js';
import type { PlannedCommand } from '../dispatch/plan-commands.js';
import type { Job } from '../jobs/job.js';
import { TargetsRepository } from '../targets/targets.repository.js';
import { percentsOf } from './rollout.js';

/** Picks the next computers of a wave, tells result that they are told, and says which commands reach them. */
@Injectable()
export class ReleasePart {
  constructor(
    private readonly targets: TargetsRepository,
    private readonly planner: CommandPlanner,
    private readonly outbox: Outbox,
  ) {}

  async plan(
    sql: SqlExecutor,
    job: Job,
    { wave, computers }: { wave: number; computers: number },
    now: Date,
  ): Promise<PlannedCommand[]> {
    const { to } = waveSlice(percentsOf(job), wave);
    const part = await this.targets.takeNext(sql, job, to, computers);
    if (part.length === 0) return [];
    const type = EVENTS.jobComputersTold;
    for (let from = 0; from < part.length; from += TARGETS_CHUNK) {
      const told = part.slice(from, from + TARGETS_CHUNK).map(({ computerId }) => computerId);
      const body: JobComputersTold = { v: 1, jobId: job.id, run: job.run, computers: told };
      await this.outbox.add(sql, [
        { vhost: 'services', exchange: EXCHANGES.events, routingKey: type, type, messageId: uuidv7(), body },
      ]);
    }
    return this.planner.part(sql, job, part, now);
  }
}
