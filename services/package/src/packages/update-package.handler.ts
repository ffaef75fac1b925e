import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import {
  PACKAGE_RPC,
  type PackageView,
  UpdatePackage,
  UpdatePackageRequest,
  validateMessage,
} from '@waybill/contracts';
import { type MessageContext, RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { badRequest, decideUpdate } from './package.js';
import { demandCategory, demandNewCategory } from './package-limits.js';
import { packageView } from './package-view.js';
import { packageMissing, PackagesRepository } from './packages.repository.js';

@Controller()
export class UpdatePackageHandler {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly packages: PackagesRepository,
  ) {}

  /** @throws notFound `package.notFound`; precondition `precondition.failed`; invalid `request.invalid` */
  @RpcHandler(PACKAGE_RPC.update, UpdatePackageRequest)
  async handle({ name, changes, revision }: UpdatePackageRequest, { messageId }: MessageContext): Promise<PackageView> {
    const checked = validateMessage(UpdatePackage, changes);
    if (!checked.ok) throw badRequest(checked.errors);
    return this.work.run(async (manager) => {
      const current = await this.packages.lock(manager, name);
      demandCategory(current.category, 'packages.write', () => packageMissing(name));
      if (checked.value.category !== undefined) demandNewCategory(checked.value.category, 'packages.write');
      // delivered again: its own first run is what raised the revision
      if (current.lastRequest === messageId) return packageView(current);
      const details = decideUpdate(current, checked.value, revision);
      if (!details) return packageView(current);
      await this.packages.update(manager, name, details, messageId);
      const updated = packageView(await this.packages.get(manager, name));
      await this.audit.record(manager, {
        action: 'package.updated',
        object: { type: 'package', id: name },
        before: packageView(current),
        after: updated,
        details: { fields: Object.keys(checked.value) },
      });
      return updated;
    });
  }
}
