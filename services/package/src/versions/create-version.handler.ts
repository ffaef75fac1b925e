import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { CreateVersion, PACKAGE_RPC, type VersionView } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { v7 as uuidv7 } from 'uuid';
import { VersionFilesRepository } from '../artifacts/version-files.repository.js';
import { demandCategory } from '../packages/package-limits.js';
import { packageMissing, PackagesRepository } from '../packages/packages.repository.js';
import { checkManifest } from '@waybill/packaging';
import { decideRecreate } from './version.js';
import { versionObject } from './version-object.js';
import { VersionViews } from './version-views.js';
import { VersionsRepository } from './versions.repository.js';

@Controller()
export class CreateVersionHandler {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly packages: PackagesRepository,
    private readonly versions: VersionsRepository,
    private readonly files: VersionFilesRepository,
    private readonly views: VersionViews,
  ) {}

  /**
   * Creates a draft; the identical draft again is answered as it is.
   * @throws notFound `package.notFound`; invalid `manifest.invalid`; tooLarge `manifest.tooLarge`; conflict `version.exists`
   */
  @RpcHandler(PACKAGE_RPC.versionCreate, CreateVersion)
  async handle({ package: name, manifest: input }: CreateVersion): Promise<VersionView> {
    return this.work.run(async (manager) => {
      const { category } = await this.packages.hold(manager, name);
      demandCategory(category, 'packages.write', () => packageMissing(name));
      const { manifest, scheme } = checkManifest(input, name);
      const ref = { package: name, version: manifest.version };
      const created = await this.versions.insert(manager, { ...ref, id: uuidv7(), scheme, manifest });
      const entity = await this.versions.get(manager, ref);
      if (!created) decideRecreate(entity, manifest);
      const view = await this.views.of(entity, await this.files.of(manager, entity.id));
      if (created)
        await this.audit.record(manager, { action: 'version.created', object: versionObject(view), after: view });
      return view;
    });
  }
}
