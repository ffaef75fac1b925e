import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import {
  coversJob,
  CreateOfferRequest,
  OFFER_RPC,
  OfferRef,
  type OfferView,
  type Page,
  PageQuery,
  WaybillError,
} from '@waybill/contracts';
import { beyondLimits, requestActor, requestLimits, RpcHandler, type SqlExecutor } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { limitsScope } from '../jobs/job-limits.js';
import { OrderChecks } from '../jobs/order-checks.service.js';
import { type Offer, offerInvalid, offerNotFound, offerView, reachOf } from './offer.js';
import { OfferRequestsRepository } from './offer-requests.repository.js';
import { OffersRepository } from './offers.repository.js';

/** What users of computers may install by themselves. Whoever may send it to the offer's groups may offer it to them. */
@Controller()
export class OffersController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly offers: OffersRepository,
    private readonly requests: OfferRequestsRepository,
    private readonly checks: OrderChecks,
    private readonly audit: AuditLog,
  ) {}

  /**
   * An offer that exists under the caller's id is answered as it is.
   * @throws WaybillError invalid `offer.invalid` with every problem at once; unavailable when somebody who must be asked is away
   */
  @RpcHandler(OFFER_RPC.create, CreateOfferRequest)
  async create({
    id,
    offer: { package: name, version, groups, approval = 'none' },
  }: CreateOfferRequest): Promise<OfferView> {
    const existing = await this.offers.find(this.dataSource, id);
    if (existing) return offerView(existing);
    const now = new Date();
    const found = await this.checked({ package: name, version, targets: { groups } }, now);
    const offer: Offer = {
      id: id.toLowerCase(),
      package: name,
      version,
      versionId: found.versionId,
      title: found.manifest.title ?? name,
      groups,
      groupIds: found.groupIds,
      category: found.category,
      approval,
      createdAt: now,
      createdBy: requestActor().name,
    };
    return this.work.run(async (sql) => {
      // the same request came twice at once
      if (!(await this.offers.insert(sql, offer))) return offerView((await this.offers.find(sql, id)) ?? offer);
      await this.record(sql, 'created', offer);
      return offerView(offer);
    });
  }

  /** By package unless asked otherwise. @throws WaybillError invalid `filter.*`, `sort.*`, `cursor.invalid` */
  @RpcHandler(OFFER_RPC.list, PageQuery)
  async list(query: PageQuery): Promise<Page<OfferView>> {
    const { items, nextCursor } = await this.offers.page(query, limitsScope('jobs.read'));
    return { items: items.map(offerView), nextCursor };
  }

  /** Requests that wait are rejected; jobs that were made stay. @throws WaybillError `offer.notFound`, `permission.limited` */
  @RpcHandler(OFFER_RPC.remove, OfferRef)
  async remove({ id }: OfferRef): Promise<Record<string, never>> {
    await this.work.run(async (sql) => {
      const offer = await this.offers.find(sql, id, 'FOR UPDATE');
      if (!offer || !coversJob(requestLimits('jobs.read'), reachOf(offer))) throw offerNotFound(id);
      if (!coversJob(requestLimits('jobs.create'), reachOf(offer)))
        throw beyondLimits('jobs.create', 'all that this offer is for');
      await this.offers.remove(sql, id);
      await this.requests.rejectAll(sql, id, 'It is no longer offered.', requestActor().name);
      await this.record(sql, 'removed', offer);
    });
    return {};
  }

  private async checked(order: Parameters<OrderChecks['check']>[0], now: Date) {
    try {
      return await this.checks.check(order, now);
    } catch (error) {
      if (error instanceof WaybillError && error.code === 'job.invalid') throw offerInvalid(error.errors ?? []);
      throw error;
    }
  }

  private record(sql: SqlExecutor, done: 'created' | 'removed', offer: Offer): Promise<void> {
    const { id, package: name, version, groups, approval } = offer;
    return this.audit.record(sql, {
      action: `offer.${done}`,
      object: { type: 'offer', id },
      details: { package: name, version, groups, approval },
    });
  }
}
