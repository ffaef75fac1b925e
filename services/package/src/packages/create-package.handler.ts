import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { conflict, CreatePackage, PACKAGE_RPC, type PackageView } from '@waybill/contracts';
import { type MessageContext, RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { checkDetails } from './package.js';
import { demandNewCategory } from './package-limits.js';
import { packageView } from './package-view.js';
import { PackagesRepository } from './packages.repository.js';

@Controller()
export class CreatePackageHandler {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly packages: PackagesRepository,
  ) {}

  /** @throws conflict `package.exists` */
  @RpcHandler(PACKAGE_RPC.create, CreatePackage)
  async handle(request: CreatePackage, { messageId }: MessageContext): Promise<PackageView> {
    checkDetails(request);
    demandNewCategory(request.category, 'packages.write');
    return this.work.run(async (manager) => {
      const created = await this.packages.insert(manager, request, messageId);
      const entity = await this.packages.get(manager, request.name);
      if (created)
        await this.audit.record(manager, {
          action: 'package.created',
          object: { type: 'package', id: entity.name },
          after: packageView(entity),
        });
      // the same request, delivered again because its first answer was never acknowledged
      if (created || entity.lastRequest === messageId) return packageView(entity);
      throw conflict('package.exists', `There is a package "${request.name}" already.`);
    });
  }
}
