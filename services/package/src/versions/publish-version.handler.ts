import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { PACKAGE_RPC, VersionRef, type VersionView } from '@waybill/contracts';
import { Outbox, RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { VersionFilesRepository } from '../artifacts/version-files.repository.js';
import { decidePublish } from './version.js';
import { versionPublished } from './version-events.js';
import { versionObject } from './version-object.js';
import { versionView } from './version-view.js';
import { VersionsRepository } from './versions.repository.js';

@Controller()
export class PublishVersionHandler {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly versions: VersionsRepository,
    private readonly files: VersionFilesRepository,
    private readonly outbox: Outbox,
  ) {}

  /**
   * The version's row is locked: an upload that completes at the same moment is either in the published manifest or refused.
   * @throws notFound `version.notFound`; conflict `version.artifactsMissing`, `version.withdrawn`
   */
  @RpcHandler(PACKAGE_RPC.versionPublish, VersionRef)
  async handle(ref: VersionRef): Promise<VersionView> {
    return this.work.run(async (manager) => {
      const draft = await this.versions.lock(manager, ref);
      const stored = await this.files.of(manager, draft.id);
      const decision = decidePublish(draft, stored);
      if (decision.kind === 'unchanged') return versionView(draft, stored);
      const published = await this.versions.markPublished(
        manager,
        draft.id,
        decision.manifest,
        decision.manifestDigest,
      );
      await this.outbox.add(manager, [versionPublished(published, stored.values())]);
      const view = versionView(published, stored);
      await this.audit.record(manager, {
        action: 'version.published',
        object: versionObject(ref),
        before: versionView(draft, stored),
        after: view,
        details: { manifestDigest: decision.manifestDigest },
      });
      return view;
    });
  }
}
