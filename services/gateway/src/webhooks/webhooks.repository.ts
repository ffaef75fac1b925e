import { Injectable } from '@nestjs/common';
import { conflict, notFound, WaybillError } from '@waybill/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { Webhook } from './webhook.entity.js';
import type { ShownWebhook } from './webhook-view.js';

/** Each one is looked at for every event; whoever needs more distributes behind one receiver. */
export const MAX_WEBHOOKS = 20;

const LIMIT_LOCK = `hashtext('gateway.webhooks')`;

@Injectable()
export class WebhooksRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws notFound `webhook.notFound` */
  async get(id: string): Promise<ShownWebhook> {
    return (await this.dataSource.getRepository(Webhook).findOneBy({ id })) ?? unknown(id);
  }

  /** @throws conflict `webhook.tooMany` */
  async insert(sql: EntityManager, webhook: Webhook): Promise<void> {
    await sql.query(`SELECT pg_advisory_xact_lock(${LIMIT_LOCK})`);
    if ((await sql.count(Webhook)) >= MAX_WEBHOOKS)
      throw conflict('webhook.tooMany', `There are ${MAX_WEBHOOKS} webhooks, which is the most: remove one first.`);
    await sql.insert(Webhook, webhook);
  }

  /**
   * The webhook, locked until the transaction ends.
   * @param revision that the caller saw
   * @throws notFound `webhook.notFound`; precondition `precondition.failed`
   */
  async lock(sql: EntityManager, id: string, revision?: number): Promise<ShownWebhook> {
    const webhook = await sql.findOne(Webhook, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!webhook) return unknown(id);
    if (revision !== undefined && revision !== webhook.revision) {
      const detail = `The webhook has changed since: it is at revision ${webhook.revision}. Read it again.`;
      throw new WaybillError('precondition', 'precondition.failed', detail);
    }
    return webhook;
  }
}

function unknown(id: string): never {
  throw notFound('webhook.notFound', `There is no webhook ${id}.`);
}
