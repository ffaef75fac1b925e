import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import type { Decision } from '../jobs/decision.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { OrdersRepository } from '../templates/orders.repository.js';

/** Makes the runs of recurring jobs that decisions ask for, in the transaction that stores the decisions. */
@Injectable()
export class MakeRuns {
  constructor(
    private readonly jobs: JobsRepository,
    private readonly orders: OrdersRepository,
  ) {}

  /** @returns the new jobs, whose effects are still to be carried out; those that were there are not among them */
  async make(sql: SqlExecutor, decisions: readonly Decision[]): Promise<Decision[]> {
    const made: Decision[] = [];
    for (const { effects } of decisions) {
      for (const effect of effects) {
        if (effect.kind !== 'makeRun') continue;
        const { job } = effect.run;
        if (!(await this.jobs.insert(sql, job))) continue;
        await this.orders.copy(sql, job.series!.id, job.id);
        made.push(effect.run);
      }
    }
    return made;
  }
}
