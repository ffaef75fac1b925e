import { Controller } from '@nestjs/common';
import { PACKAGE_RPC, VersionRef, type VersionView } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { VersionFilesRepository } from '../artifacts/version-files.repository.js';
import { versionView } from './version-view.js';
import { VersionsRepository } from './versions.repository.js';

@Controller()
export class GetVersionHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly versions: VersionsRepository,
    private readonly files: VersionFilesRepository,
  ) {}

  /** @throws notFound `version.notFound` */
  @RpcHandler(PACKAGE_RPC.versionGet, VersionRef)
  async handle(ref: VersionRef): Promise<VersionView> {
    const { manager } = this.dataSource;
    const entity = await this.versions.get(manager, ref);
    return versionView(entity, await this.files.of(manager, entity.id));
  }
}
