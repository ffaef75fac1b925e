import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { PACKAGE_RPC, PackageRef } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { VersionsRepository } from '../versions/versions.repository.js';
import { decideRemove } from './package.js';
import { demandCategory } from './package-limits.js';
import { packageView } from './package-view.js';
import { packageMissing, PackagesRepository } from './packages.repository.js';

@Controller()
export class RemovePackageHandler {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly packages: PackagesRepository,
    private readonly versions: VersionsRepository,
  ) {}

  /**
   * Its drafts go with it; what they had uploaded is swept later.
   * @throws notFound `package.notFound`; conflict `package.inUse`
   */
  @RpcHandler(PACKAGE_RPC.remove, PackageRef)
  async handle({ name }: PackageRef): Promise<Record<string, never>> {
    await this.work.run(async (manager) => {
      const removed = await this.packages.lock(manager, name);
      demandCategory(removed.category, 'packages.write', () => packageMissing(name));
      // locked as well, else a draft could be published between this look and the removal
      decideRemove(name, await this.versions.lockPublished(manager, name));
      await this.packages.remove(manager, name);
      await this.audit.record(manager, {
        action: 'package.removed',
        object: { type: 'package', id: name },
        before: packageView(removed),
      });
    });
    return {};
  }
}
