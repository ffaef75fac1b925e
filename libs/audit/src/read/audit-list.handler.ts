import { Controller, Inject, type Type } from '@nestjs/common';
import { AuditQuery, type AuditSlice, type RpcPattern } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { AuditReader } from './audit-reader.js';

/** The controller that answers the gateway's question for this service's log. */
export function auditListHandler(pattern: RpcPattern): Type<unknown> {
  @Controller()
  class AuditListHandler {
    constructor(@Inject(AuditReader) private readonly reader: AuditReader) {}

    /** @throws invalid `filter.*` */
    @RpcHandler(pattern, AuditQuery)
    async list(query: AuditQuery): Promise<AuditSlice> {
      return { items: await this.reader.list(query) };
    }
  }
  return AuditListHandler;
}
