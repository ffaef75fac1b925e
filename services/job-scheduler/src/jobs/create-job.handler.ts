import { Controller } from '@nestjs/common';
import { CreateJobRequest, JOB_RPC, type JobView } from '@waybill/contracts';
import { requestActor, RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { approvalForGroups } from '../approval/approval.js';
import { approvalPolicy, JobSchedulerConfig } from '../config/job-scheduler.config.js';
import { type CheckedOrder, decideCreation } from './decide-creation.js';
import { EffectsService } from './effects.service.js';
import type { Job } from './job.js';
import { JobViews } from './job-views.js';
import { demandJob } from './job-limits.js';
import { JobsRepository } from './jobs.repository.js';
import { OrderChecks } from './order-checks.service.js';
import { SeriesRepository } from '../recurrence/series.repository.js';
import { OrdersRepository } from '../templates/orders.repository.js';

@Controller()
export class CreateJobHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly checks: OrderChecks,
    private readonly jobs: JobsRepository,
    private readonly orders: OrdersRepository,
    private readonly series: SeriesRepository,
    private readonly effects: EffectsService,
    private readonly views: JobViews,
    private readonly config: JobSchedulerConfig,
  ) {}

  /**
   * Makes a job; nothing is sent before its start. A job that exists under the caller's id is answered as it is.
   * @throws WaybillError invalid `job.invalid` with every problem at once; unavailable when somebody who must be asked is away
   */
  @RpcHandler(JOB_RPC.create, CreateJobRequest)
  async create({ job: order, id = uuidv7() }: CreateJobRequest): Promise<JobView> {
    const existing = await this.jobs.find(this.dataSource, id);
    if (existing) {
      demandJob(existing, 'jobs.read');
      return this.views.one(existing);
    }
    const now = await this.now();
    const actor = requestActor();
    const found = await this.checks.demand(order, now);
    const approval = approvalForGroups(order.targets.groups ?? [], approvalPolicy(this.config));
    return this.views.one(await this.store({ id: id.toLowerCase(), order, actor, approval, ...found }, now));
  }

  private store(checked: CheckedOrder, now: Date): Promise<Job> {
    return this.work.run(async (sql) => {
      const decision = decideCreation(checked, now);
      if (await this.jobs.insert(sql, decision.job)) {
        const { recurrence } = checked.schedule;
        await this.orders.add(sql, decision.job.id, checked.order);
        if (recurrence) await this.series.add(sql, decision.job.id, recurrence);
        await this.effects.apply(sql, [decision], now);
        return decision.job;
      }
      // The same request came twice at once.
      return (await this.jobs.find(sql, checked.id)) ?? decision.job;
    });
  }

  private async now(): Promise<Date> {
    const [row] = await this.dataSource.query<[{ now: Date }]>('SELECT clock_timestamp() AS now');
    return row.now;
  }
}
