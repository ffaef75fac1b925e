import { Injectable } from '@nestjs/common';
import { AuditReader } from '@waybill/audit';
import { AUDITED_SERVICES, type AuditedService } from '@waybill/audit/schema';
import {
  type AuditEntryView,
  type AuditQuery,
  FLEET_RPC,
  invalid,
  JOB_RPC,
  type Page,
  PACKAGE_RPC,
  PAGE_LIMIT,
  type PageQuery,
} from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { decodeAuditCursor, encodeAuditCursor } from './audit-cursor.js';
import { mergeLogs } from './merge-logs.js';

const DEFAULT_LIMIT = 100;

/** The audit logs of all services as one list by time. One that does not answer fails the request: a list with a hole would lie. */
@Injectable()
export class ReadAudit {
  constructor(
    private readonly own: AuditReader,
    private readonly rpc: RpcClient,
  ) {}

  /** @throws invalid `filter.*`, `sort.unknownField`, `cursor.invalid`, `limit.range`; unavailable when a service is away */
  async page(query: PageQuery): Promise<Page<AuditEntryView>> {
    const { filter, sort = '-at', limit = DEFAULT_LIMIT, cursor } = query;
    const first = orderOf(sort);
    const question = [first, filter ?? ''];
    const positions = cursor === undefined ? {} : decodeAuditCursor(question, cursor);
    const slices = await Promise.all(
      AUDITED_SERVICES.map(async (service) => {
        const beyond = positions[service];
        const asked: AuditQuery = {
          first,
          limit: limit + 1,
          ...(filter === undefined ? {} : { filter }),
          ...(beyond === undefined ? {} : { beyond }),
        };
        return [service, await this.slice(service, asked)] as const;
      }),
    );
    const { items, next } = mergeLogs(slices, positions, first, limit);
    return { items, nextCursor: next && encodeAuditCursor(question, next) };
  }

  /** All that match, page by page. @throws as `page`, before the first page */
  async *pages(query: PageQuery): AsyncGenerator<AuditEntryView[]> {
    let cursor = query.cursor;
    do {
      const page = await this.page({ ...query, limit: PAGE_LIMIT, ...(cursor ? { cursor } : {}) });
      yield page.items;
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
  }

  private async slice(service: AuditedService, query: AuditQuery): Promise<AuditEntryView[]> {
    switch (service) {
      case 'gateway':
        return this.own.list(query);
      case 'package':
        return (await this.rpc.call(PACKAGE_RPC.auditList, query)).items;
      case 'fleet':
        return (await this.rpc.call(FLEET_RPC.auditList, query)).items;
      case 'job-scheduler':
        return (await this.rpc.call(JOB_RPC.auditList, query)).items;
    }
  }
}

function orderOf(sort: string): AuditQuery['first'] {
  if (sort === '-at') return 'newest';
  if (sort === 'at') return 'oldest';
  throw invalid('sort.unknownField', 'The audit log is sorted by time: sort must be -at (newest first) or at.');
}
