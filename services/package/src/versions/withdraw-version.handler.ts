import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { PACKAGE_RPC, VersionRef, type VersionView } from '@waybill/contracts';
import { Outbox, RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { VersionFilesRepository } from '../artifacts/version-files.repository.js';
import { demandPackage } from '../packages/package-limits.js';
import { decideWithdraw } from './version.js';
import { versionWithdrawn } from './version-events.js';
import { versionObject } from './version-object.js';
import { VersionViews } from './version-views.js';
import { versionMissing, VersionsRepository } from './versions.repository.js';

@Controller()
export class WithdrawVersionHandler {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly versions: VersionsRepository,
    private readonly files: VersionFilesRepository,
    private readonly views: VersionViews,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Its artifacts stay: running jobs go on.
   * @throws notFound `version.notFound`; conflict `version.notPublished`
   */
  @RpcHandler(PACKAGE_RPC.versionWithdraw, VersionRef)
  async handle(ref: VersionRef): Promise<VersionView> {
    return this.work.run(async (manager) => {
      const current = await this.versions.lock(manager, ref);
      await demandPackage(manager, ref.package, 'packages.publish', () => versionMissing(ref));
      const stored = await this.files.of(manager, current.id);
      if (decideWithdraw(current).kind === 'unchanged') return this.views.of(current, stored);
      const withdrawn = await this.versions.markWithdrawn(manager, current.id);
      await this.outbox.add(manager, [versionWithdrawn(withdrawn)]);
      const view = await this.views.of(withdrawn, stored);
      await this.audit.record(manager, {
        action: 'version.withdrawn',
        object: versionObject(ref),
        before: await this.views.of(current, stored),
        after: view,
      });
      return view;
    });
  }
}
