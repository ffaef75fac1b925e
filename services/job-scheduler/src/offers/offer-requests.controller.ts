import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import {
  conflict,
  coversJob,
  FLEET_RPC,
  OFFER_RPC,
  OfferRef,
  type OfferRequestView,
  type Page,
  PageQuery,
  RejectRequest,
} from '@waybill/contracts';
import { beyondLimits, requestActor, requestLimits, RpcClient, RpcHandler, type SqlExecutor } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { LOOKUP_TIMEOUT_MS } from '../catalogue/lookup-timeout.js';
import { limitsScope } from '../jobs/job-limits.js';
import { Obstacles } from '../rollout/obstacles.js';
import { type Offer, offerNotFound, type OfferRequest, reachOf, requestNotFound, requestView } from './offer.js';
import { OfferRequestsRepository } from './offer-requests.repository.js';
import { OfferedJob } from './offered-job.js';
import { OffersRepository } from './offers.repository.js';
import { demandSendable } from './sendable.js';

/** What users of computers asked for, and who decides about it. */
@Controller()
export class OfferRequestsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    private readonly work: UnitOfWork,
    private readonly offers: OffersRepository,
    private readonly requests: OfferRequestsRepository,
    private readonly job: OfferedJob,
    private readonly obstacles: Obstacles,
    private readonly audit: AuditLog,
  ) {}

  /** Newest first unless asked otherwise. @throws WaybillError invalid `filter.*`, `sort.*`, `cursor.invalid` */
  @RpcHandler(OFFER_RPC.requests, PageQuery)
  async list(query: PageQuery): Promise<Page<OfferRequestView>> {
    const { items, nextCursor } = await this.requests.page(query, limitsScope('jobs.read'));
    return { items: items.map((request) => requestView(request, request)), nextCursor };
  }

  /**
   * Installs it on the computer that asked, as long as it is offered there. The same again changes nothing.
   * @throws WaybillError `offerRequest.notFound`, `offerRequest.wrongState`, `offer.notFound`, `offer.notSendable`, `permission.limited`
   */
  @RpcHandler(OFFER_RPC.approve, OfferRef)
  async approve({ id }: OfferRef): Promise<OfferRequestView> {
    // asked before anything is locked: in between, the computer may as well have left a moment later
    const left = await this.hasLeft(id);
    return this.decide(id, 'approved', async (sql, offer, request, now) => {
      demandSendable(offer, await this.obstacles.ofVersion(offer.versionId, sql));
      if (left)
        throw conflict('offer.notSendable', `${request.computerName} is in none of the offer's groups any more.`);
      return { jobId: await this.job.order(sql, offer, request, now), reason: null };
    });
  }

  /** Whether a computer whose request waits is in no group any more that it is offered to. */
  private async hasLeft(requestId: string): Promise<boolean> {
    const request = await this.requests.find(this.dataSource, requestId);
    const offer = request?.state === 'pending' ? await this.offers.find(this.dataSource, request.offerId) : null;
    if (!request || !offer) return false;
    const members = { groupIds: offer.groupIds, computerIds: [], excludeGroupIds: [], excludeComputerIds: [] };
    const asked = { ...members, among: [request.computerId], limit: 1 };
    const { targets } = await this.rpc.call(FLEET_RPC.targetsResolve, asked, { timeoutMs: LOOKUP_TIMEOUT_MS });
    return targets.length === 0;
  }

  /** @throws WaybillError `offerRequest.notFound`, `offerRequest.wrongState`, `permission.limited` */
  @RpcHandler(OFFER_RPC.reject, RejectRequest)
  reject({ id, reason }: RejectRequest): Promise<OfferRequestView> {
    return this.decide(id, 'rejected', () => Promise.resolve({ jobId: null, reason: reason ?? null }));
  }

  private decide(
    id: string,
    state: 'approved' | 'rejected',
    act: (
      sql: SqlExecutor,
      offer: Offer,
      request: OfferRequest,
      now: Date,
    ) => Promise<Pick<OfferRequest, 'jobId' | 'reason'>>,
  ): Promise<OfferRequestView> {
    return this.work.run(async (sql) => {
      const request = await this.requests.find(sql, id, 'FOR UPDATE');
      if (!request) throw requestNotFound(id);
      const offer = await this.offers.find(sql, request.offerId);
      // of one that is gone nothing waits any more
      if (!offer) throw request.state === 'pending' ? offerNotFound(request.offerId) : decided(request);
      demandReach(offer, id);
      if (request.state === state) return requestView(request, offer);
      if (request.state !== 'pending') throw decided(request);
      const now = new Date();
      const after = {
        ...request,
        state,
        decidedAt: now,
        decidedBy: requestActor().name,
        ...(await act(sql, offer, request, now)),
      };
      await this.requests.save(sql, after);
      const { computerId, computerName, jobId, reason } = after;
      await this.audit.record(sql, {
        action: `offerRequest.${state}`,
        object: { type: 'offerRequest', id },
        details: {
          offer: offer.id,
          package: offer.package,
          version: offer.version,
          computerId,
          computerName,
          jobId,
          reason,
        },
      });
      return requestView(after, offer);
    });
  }
}

/** A request that who asks may not see is not there; one that they may only see is refused. */
function demandReach(offer: Offer, id: string): void {
  if (coversJob(requestLimits('jobs.approve'), reachOf(offer))) return;
  if (!coversJob(requestLimits('jobs.read'), reachOf(offer))) throw requestNotFound(id);
  throw beyondLimits('jobs.approve', 'all that the offer is for');
}

function decided({ state, decidedBy }: OfferRequest) {
  return conflict(
    'offerRequest.wrongState',
    `The request was ${state}${decidedBy ? ` by ${decidedBy}` : ''}; only one that is pending can be decided.`,
  );
}
