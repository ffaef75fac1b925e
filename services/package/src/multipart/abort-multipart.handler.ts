import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { conflict, MultipartRef, PACKAGE_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { DiscardedObjectsRepository } from '../artifacts/discarded-objects.repository.js';
import { ObjectDisposal } from '../artifacts/object-disposal.js';
import { decideAbort } from '../artifacts/upload.js';
import { UploadsRepository } from '../artifacts/uploads.repository.js';
import { demandPackage } from '../packages/package-limits.js';
import { versionMissing, VersionsRepository } from '../versions/versions.repository.js';
import { MultipartUploadsRepository } from './multipart-uploads.repository.js';

@Controller()
export class AbortMultipartHandler {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly versions: VersionsRepository,
    private readonly uploads: UploadsRepository,
    private readonly multiparts: MultipartUploadsRepository,
    private readonly discarded: DiscardedObjectsRepository,
    private readonly disposal: ObjectDisposal,
  ) {}

  /**
   * Gives an open upload up and removes its parts. One that was closed before is discarded again: a part may have come since.
   * @throws notFound `version.notFound`, `upload.notFound`; conflict `upload.verifying`, `upload.alreadyCompleted`
   */
  @RpcHandler(PACKAGE_RPC.multipartAbort, MultipartRef)
  async handle({ uploadId, ...ref }: MultipartRef): Promise<Record<string, never>> {
    const objectKey = await this.work.run(async (manager) => {
      const version = await this.versions.lock(manager, ref);
      await demandPackage(manager, ref.package, 'packages.write', () => versionMissing(ref));
      const upload = await this.multiparts.lock(manager, version.id, uploadId);
      const abort = decideAbort(upload);
      if (abort === 'nothing') {
        throw conflict(
          'upload.alreadyCompleted',
          `This upload of "${upload.file}" is completed; upload the file again to replace what it brought.`,
        );
      }
      if (abort === 'close') {
        await this.uploads.markAborted(manager, uploadId);
        await this.audit.record(manager, {
          action: 'upload.aborted',
          object: { type: 'upload', id: uploadId },
          details: { file: upload.file },
        });
      }
      await this.discarded.add(manager, [upload.objectKey]);
      return upload.objectKey;
    });
    await this.disposal.dispose([objectKey]);
    return {};
  }
}
