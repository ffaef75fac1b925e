import { Controller } from '@nestjs/common';
import { PACKAGE_RPC, VersionRef, type VersionView } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { VersionFilesRepository } from '../artifacts/version-files.repository.js';
import { demandPackage } from '../packages/package-limits.js';
import { VersionViews } from './version-views.js';
import { versionMissing, VersionsRepository } from './versions.repository.js';

@Controller()
export class GetVersionHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly versions: VersionsRepository,
    private readonly files: VersionFilesRepository,
    private readonly views: VersionViews,
  ) {}

  /** @throws notFound `version.notFound` */
  @RpcHandler(PACKAGE_RPC.versionGet, VersionRef)
  async handle(ref: VersionRef): Promise<VersionView> {
    const { manager } = this.dataSource;
    const entity = await this.versions.get(manager, ref);
    await demandPackage(manager, ref.package, 'packages.read', () => versionMissing(ref));
    return this.views.of(entity, await this.files.of(manager, entity.id));
  }
}
