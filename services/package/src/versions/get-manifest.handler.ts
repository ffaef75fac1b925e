import { Controller } from '@nestjs/common';
import { PACKAGE_RPC, type VersionManifest, VersionRef } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { canonicalJson, digestOf } from '@waybill/trust';
import { DataSource } from 'typeorm';
import { VersionFilesRepository } from '../artifacts/version-files.repository.js';
import { demandPackage } from '../packages/package-limits.js';
import { decidePublish } from './version.js';
import { versionMissing, VersionsRepository } from './versions.repository.js';

@Controller()
export class GetManifestHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly versions: VersionsRepository,
    private readonly files: VersionFilesRepository,
  ) {}

  /**
   * The exact bytes that a publishing key signs: of a draft as it would be published now, later as it was published.
   * @throws notFound `version.notFound`; conflict `version.artifactsMissing`
   */
  @RpcHandler(PACKAGE_RPC.versionManifest, VersionRef)
  async handle(ref: VersionRef): Promise<VersionManifest> {
    const { manager } = this.dataSource;
    const entity = await this.versions.get(manager, ref);
    await demandPackage(manager, ref.package, 'packages.read', () => versionMissing(ref));
    const decision =
      entity.status === 'draft'
        ? decidePublish(entity, await this.files.of(manager, entity.id))
        : { kind: 'unchanged' as const };
    const manifest = canonicalJson(decision.kind === 'change' ? decision.manifest : entity.manifest);
    return { manifest, manifestDigest: digestOf(manifest), signedManifest: entity.signedManifest };
  }
}
