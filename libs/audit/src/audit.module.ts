import { type DynamicModule, Module } from '@nestjs/common';
import type { RpcPattern } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { auditListHandler } from './read/audit-list.handler.js';
import { AuditReader } from './read/audit-reader.js';
import { AuditLog } from './record/audit-log.js';
import { DemandAuditLog } from './record/demand-audit-log.js';
import type { AuditedService } from './schema/audit-schema.js';

/** The service's {@link AuditLog} and {@link AuditReader}, global; needs `PersistenceModule`. */
@Module({})
export class AuditModule {
  /** @param listPattern of the request that reads this log; absent: nobody may ask for it by message */
  static forService(service: AuditedService, listPattern?: RpcPattern): DynamicModule {
    return {
      module: AuditModule,
      global: true,
      controllers: listPattern ? [auditListHandler(listPattern)] : [],
      providers: [
        { provide: AuditLog, useValue: new AuditLog(service) },
        {
          provide: AuditReader,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => new AuditReader(service, dataSource),
        },
        {
          provide: DemandAuditLog,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => new DemandAuditLog(service, dataSource),
        },
      ],
      exports: [AuditLog, AuditReader],
    };
  }
}
