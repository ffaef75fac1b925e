import { Injectable } from '@nestjs/common';
import { conflict, type CreateJob, type OfferRequestView } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import { decideCreation } from '../jobs/decide-creation.js';
import { EffectsService } from '../jobs/effects.service.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { planSchedule } from '../jobs/plan-schedule.js';
import { OrdersRepository } from '../templates/orders.repository.js';
import type { Offer } from './offer.js';

/** Above what a desktop's own updates have, below what an administrator hurries. */
const PRIORITY = 6;

/**
 * Makes the job that a user's own installation is: one computer, now, whatever its windows say, since whoever sits there has asked for it.
 * Whoever may approve the reach of jobs is asked about it as about any other.
 */
@Injectable()
export class OfferedJob {
  constructor(
    private readonly jobs: JobsRepository,
    private readonly orders: OrdersRepository,
    private readonly effects: EffectsService,
  ) {}

  /**
   * @param request its id becomes the job's, so that it is made once
   * @throws WaybillError conflict `offerRequest.idReused`
   */
  async order(
    sql: SqlExecutor,
    offer: Offer,
    request: Pick<OfferRequestView, 'id' | 'computerId' | 'computerName'>,
    now: Date,
  ): Promise<string> {
    const { package: name, version, versionId, category, title } = offer;
    const order: CreateJob = {
      name: `${title.slice(0, 100)}, asked for on ${request.computerName.slice(0, 80)}`,
      package: name,
      version,
      action: 'install',
      targets: { computers: [request.computerId] },
      schedule: { windows: 'ignore' },
      priority: PRIORITY,
      annotations: { offer: offer.id },
    };
    const decision = decideCreation(
      {
        id: request.id,
        order,
        actor: { id: request.computerId, name: `users of ${request.computerName}` },
        approval: null,
        category,
        versionId,
        groupIds: [],
        excludeGroupIds: [],
        mostTargets: null,
        schedule: planSchedule(order.schedule!, now, []),
      },
      now,
    );
    if (!(await this.jobs.insert(sql, decision.job)))
      throw conflict('offerRequest.idReused', `The request id ${request.id} is that of a job.`);
    await this.orders.add(sql, decision.job.id, order);
    await this.effects.apply(sql, [decision], now);
    return decision.job.id;
  }
}
