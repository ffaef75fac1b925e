import { Injectable } from '@nestjs/common';
import { EVENTS, EXCHANGES, type JobTargetsAssigned, TARGETS_CHUNK } from '@waybill/contracts';
import { Outbox, type SqlExecutor } from '@waybill/messaging';
import { v7 as uuidv7 } from 'uuid';
import { attemptsOf } from '../jobs/attempts.js';
import { timeoutLimits } from '../jobs/timeouts.js';
import type { Job } from '../jobs/job.js';
import { isPaced } from '../rollout/pace.js';
import { percentsOf } from '../rollout/rollout.js';
import { waveOfTarget } from '../rollout/strata.js';
import { TargetsRepository } from './targets.repository.js';

/** Gives result the targets of a run, in chunks that are the same however often they are made. */
@Injectable()
export class TargetAssigner {
  constructor(
    private readonly targets: TargetsRepository,
    private readonly outbox: Outbox,
  ) {}

  /** One chunk in memory at a time. */
  async assign(sql: SqlExecutor, job: Job): Promise<void> {
    const total = job.total ?? 0;
    const inWaves = percentsOf(job).length > 1;
    const chunks = Math.ceil(total / TARGETS_CHUNK);
    let after: string | null = null;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const targets = await this.targets.page(sql, job, after, TARGETS_CHUNK);
      after = targets.at(-1)?.computerId ?? after;
      const body: JobTargetsAssigned = {
        v: 1,
        jobId: job.id,
        run: job.run,
        chunk,
        chunks,
        total,
        expiresAt: job.expiresAt.toISOString(),
        attempts: attemptsOf(job),
        timeouts: timeoutLimits(job),
        ...(isPaced(job) && { paced: true }),
        reach: { groups: [...job.groups], computers: [...job.computers], category: job.category },
        targets: targets.map(({ position, ...target }) =>
          inWaves ? { ...target, wave: waveOfTarget(job, { computerId: target.computerId, position }) } : target,
        ),
      };
      const type = EVENTS.jobTargetsAssigned;
      await this.outbox.add(sql, [
        { vhost: 'services', exchange: EXCHANGES.events, routingKey: type, type, messageId: uuidv7(), body },
      ]);
    }
  }
}
