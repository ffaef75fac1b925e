import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import {
  type CatalogueItem,
  conflict,
  limited,
  OFFER_RPC,
  type OfferRequestView,
  OffersOfComputer,
  TakeOffer,
} from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { Obstacles } from '../rollout/obstacles.js';
import { offerNotFound, type OfferRequest, requestView } from './offer.js';
import { OfferRequestsRepository } from './offer-requests.repository.js';
import { OfferedJob } from './offered-job.js';
import { OffersRepository } from './offers.repository.js';
import { demandSendable } from './sendable.js';

/** Of one computer: each may become a job. */
const MOST_PER_HOUR = 30;
const HOUR_MS = 3_600_000;

/** What fleet asks for a computer that has proved who it is: its users see what is offered to its groups and ask for it. */
@Controller()
export class SelfServiceController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly offers: OffersRepository,
    private readonly requests: OfferRequestsRepository,
    private readonly job: OfferedJob,
    private readonly obstacles: Obstacles,
    private readonly audit: AuditLog,
  ) {}

  @RpcHandler(OFFER_RPC.ofComputer, OffersOfComputer)
  async ofComputer({ computerId, groupIds }: OffersOfComputer): Promise<{ items: CatalogueItem[] }> {
    return { items: await this.offers.ofComputer(this.dataSource, computerId, groupIds) };
  }

  /**
   * Installs it at once, or lets somebody approve it. While such a request is open, a further one is that one.
   * @throws WaybillError notFound `offer.notFound`, also where it is offered to others only; conflict `offer.notSendable`,
   * `offerRequest.idReused`; limited `offer.tooMany`
   */
  @RpcHandler(OFFER_RPC.take, TakeOffer)
  take({ requestId, offerId, computerId, computerName, groupIds }: TakeOffer): Promise<OfferRequestView> {
    const computer = computerId.toLowerCase();
    return this.work.run(async (sql) => {
      const offer = await this.offers.find(sql, offerId, 'FOR SHARE');
      if (!offer || !offer.groupIds.some((id) => groupIds.includes(id))) throw offerNotFound(offerId);
      await this.requests.lockComputer(sql, computer);
      const same = await this.requests.find(sql, requestId);
      if (same && (same.computerId !== computer || same.offerId !== offer.id))
        throw conflict('offerRequest.idReused', `The request id ${requestId} was used for something else.`);
      const known = same ?? (await this.requests.open(sql, computer, offer.id));
      if (known) return requestView(known, offer);
      demandSendable(offer, await this.obstacles.ofVersion(offer.versionId, sql));
      const now = new Date();
      if ((await this.requests.countSince(sql, computer, new Date(now.getTime() - HOUR_MS))) >= MOST_PER_HOUR)
        throw limited('offer.tooMany', `This computer asked ${MOST_PER_HOUR} times in an hour; try again later.`, 600);
      const request: OfferRequest = {
        id: requestId.toLowerCase(),
        offerId: offer.id,
        computerId: computer,
        computerName,
        state: 'pending',
        jobId: null,
        reason: null,
        requestedAt: now,
        decidedAt: null,
        decidedBy: null,
      };
      const after = await this.taken(request, offer.approval === 'required', () =>
        this.job.order(sql, offer, request, now),
      );
      await this.requests.save(sql, after);
      await this.audit.record(sql, {
        action: 'offerRequest.created',
        object: { type: 'offerRequest', id: after.id },
        details: {
          offer: offer.id,
          package: offer.package,
          version: offer.version,
          computerId: computer,
          computerName,
          jobId: after.jobId,
        },
      });
      return requestView(after, offer);
    });
  }

  private async taken(request: OfferRequest, waits: boolean, order: () => Promise<string>): Promise<OfferRequest> {
    if (waits) return request;
    return { ...request, state: 'approved', jobId: await order(), decidedAt: request.requestedAt };
  }
}
