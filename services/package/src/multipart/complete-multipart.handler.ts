import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { CompleteMultipart, type MultipartOutcome, PACKAGE_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { partSizes } from '@waybill/object-storage';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { requireDraft } from '../versions/version.js';
import { versionObject } from '../versions/version-object.js';
import { demandPackage } from '../packages/package-limits.js';
import { versionMissing, VersionsRepository } from '../versions/versions.repository.js';
import { ArrivedParts, givenUpByStorage } from './arrived-parts.js';
import { checkParts, decideCompletion, etagsInOrder, outcomeOf } from './multipart-upload.js';
import { MultipartUploadsRepository } from './multipart-uploads.repository.js';
import { VerificationLoop } from './verification.loop.js';

@Controller()
export class CompleteMultipartHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly versions: VersionsRepository,
    private readonly multiparts: MultipartUploadsRepository,
    private readonly arrived: ArrivedParts,
    private readonly loop: VerificationLoop,
  ) {}

  /**
   * Begins the verification and does not wait for it. Idempotent: a repetition with the same parts tells how far it is, or what it
   * came to. As long as parts are missing or wrong the upload stays open.
   * @throws notFound `version.notFound`, `upload.notFound`; conflict `version.notDraft`, `upload.closed`, `upload.alreadyCompleted`;
   * invalid `request.invalid`, `upload.partMissing`, `upload.partMismatch`, `upload.sizeMismatch`; what the upload was refused with
   */
  @RpcHandler(PACKAGE_RPC.multipartComplete, CompleteMultipart)
  async handle({ uploadId, parts, ...ref }: CompleteMultipart): Promise<MultipartOutcome> {
    const { manager: database } = this.dataSource;
    const { id: versionId } = await this.versions.get(database, ref);
    await demandPackage(database, ref.package, 'packages.write', () => versionMissing(ref));
    const seen = await this.multiparts.get(database, versionId, uploadId);
    const sizes = partSizes(seen.announcedSize, seen.partSize);
    const etags = etagsInOrder(parts, sizes.length);
    // object storage is asked before anything is locked
    const arrived = await this.arrived.of(seen);
    const outcome = await this.work.run(async (manager) => {
      const version = await this.versions.lock(manager, ref);
      const upload = await this.multiparts.lock(manager, version.id, uploadId);
      if (decideCompletion(upload, etags) === 'known') return outcomeOf(upload);
      requireDraft(version);
      if (!arrived) throw givenUpByStorage(upload);
      checkParts(sizes, arrived, etags, parts);
      await this.multiparts.markVerifying(manager, uploadId, etags);
      await this.audit.record(manager, {
        action: 'upload.completing',
        object: versionObject(version),
        details: { file: upload.file, uploadId },
      });
      return { size: upload.announcedSize, verified: 0, artifact: null };
    });
    this.loop.wake();
    return outcome;
  }
}
