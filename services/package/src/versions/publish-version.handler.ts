import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { PACKAGE_RPC, PublishVersionRequest, type VersionView } from '@waybill/contracts';
import { Outbox, RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { canonicalJson, manifestDigest } from '@waybill/trust';
import { VersionFilesRepository } from '../artifacts/version-files.repository.js';
import { demandPackage } from '../packages/package-limits.js';
import { ManifestSignatures } from './manifest-signatures.js';
import { decidePublish } from './version.js';
import { versionPublished } from './version-events.js';
import { versionObject } from './version-object.js';
import { VersionViews } from './version-views.js';
import { versionMissing, VersionsRepository } from './versions.repository.js';

@Controller()
export class PublishVersionHandler {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly versions: VersionsRepository,
    private readonly files: VersionFilesRepository,
    private readonly signatures: ManifestSignatures,
    private readonly views: VersionViews,
    private readonly outbox: Outbox,
  ) {}

  /**
   * The version's row is locked: an upload that completes at the same moment is either in the published manifest or refused.
   * A published version whose signature no longer counts, or that comes with another one, is signed anew; its content stays.
   * @throws notFound `version.notFound`; conflict `version.artifactsMissing`, `version.withdrawn`, `version.signatureMissing`,
   * `version.signingKeyUnusable`; invalid `version.signatureInvalid`
   */
  @RpcHandler(PACKAGE_RPC.versionPublish, PublishVersionRequest)
  async handle({ signature, ...ref }: PublishVersionRequest): Promise<VersionView> {
    return this.work.run(async (manager) => {
      const draft = await this.versions.lock(manager, ref);
      await demandPackage(manager, ref.package, 'packages.publish', () => versionMissing(ref));
      const stored = await this.files.of(manager, draft.id);
      const decision = decidePublish(draft, stored);
      const view = await this.views.of(draft, stored);
      if (decision.kind === 'unchanged' && view.signature?.status === 'valid' && signature === undefined) return view;
      const manifest = decision.kind === 'change' ? decision.manifest : draft.manifest;
      const signed = await this.signatures.sign(canonicalJson(manifest), signature);
      if (decision.kind === 'unchanged' && signed.signedManifest === draft.signedManifest) return view;
      const content = { manifest, manifestDigest: manifestDigest(manifest), ...signed };
      const published = await this.versions.markPublished(manager, draft, content);
      await this.outbox.add(manager, [versionPublished(published, stored.values())]);
      const after = await this.views.of(published, stored);
      await this.audit.record(manager, {
        action: decision.kind === 'change' ? 'version.published' : 'version.signed',
        object: versionObject(ref),
        before: view,
        after,
        details: { manifestDigest: content.manifestDigest, signedBy: content.signedBy },
      });
      return after;
    });
  }
}
