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
    const asked = decisions.flatMap(({ effects }) =>
      effects.flatMap((effect) => (effect.kind === 'makeRun' ? [effect.run] : [])),
    );
    const inserted = await this.jobs.insertAll(
      sql,
      asked.map(({ job }) => job),
    );
    const made = asked.filter(({ job }) => inserted.has(job.id));
    await this.orders.copy(
      sql,
      made.map(({ job }) => ({ from: job.series!.id, to: job.id })),
    );
    return made;
  }
}
