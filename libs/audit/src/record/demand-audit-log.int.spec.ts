import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditedDatabase } from '../specs/audited-database.spec.js';
import { DemandAuditLog } from './demand-audit-log.js';

let database: AuditedDatabase;
beforeAll(async () => {
  database = await AuditedDatabase.start(2);
});
afterAll(() => database.stop());

const warnings: string[] = [];
beforeEach(() => {
  warnings.length = 0;
  Logger.overrideLogger({ log: () => undefined, error: () => undefined, warn: (text: string) => warnings.push(text) });
});
afterEach(() => Logger.overrideLogger(true));

describe('at its start a service', () => {
  it('is content with its own log and the rights that it needs', async () => {
    await new DemandAuditLog('package', database.dataSource).onApplicationBootstrap();
    expect(warnings).toEqual([]);
  });

  it.each(['fleet', 'gateway'] as const)(
    'refuses to go on without a log of its own, and says what to run: %s',
    async (service) => {
      await expect(new DemandAuditLog(service, database.dataSource).onApplicationBootstrap()).rejects.toThrow(
        `The audit log ${service}_audit is missing or not ours to write: an administrator of the database must run`,
      );
    },
  );

  it('warns when its role could change the log', async () => {
    const asAdmin = await new DataSource({ type: 'postgres', url: database.adminUrl }).initialize();
    try {
      await new DemandAuditLog('package', asAdmin).onApplicationBootstrap();
      expect(warnings).toEqual([expect.stringContaining('can change its own audit log, package_audit')]);
    } finally {
      await asAdmin.destroy();
    }
  });
});
