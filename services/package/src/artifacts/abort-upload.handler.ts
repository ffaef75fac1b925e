import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { AbortUpload, PACKAGE_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { DiscardedObjectsRepository } from './discarded-objects.repository.js';
import { ObjectDisposal } from './object-disposal.js';
import { decideAbort } from './upload.js';
import { UploadsRepository } from './uploads.repository.js';

@Controller()
export class AbortUploadHandler {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly uploads: UploadsRepository,
    private readonly discarded: DiscardedObjectsRepository,
    private readonly disposal: ObjectDisposal,
  ) {}

  /**
   * Does nothing to a completed upload. One that was closed before is discarded again: its object may have been written since.
   * @throws notFound `upload.notFound`; conflict `upload.verifying`
   */
  @RpcHandler(PACKAGE_RPC.uploadAbort, AbortUpload)
  async handle({ uploadId }: AbortUpload): Promise<Record<string, never>> {
    const objectKey = await this.work.run(async (manager) => {
      const upload = await this.uploads.lock(manager, uploadId);
      const abort = decideAbort(upload);
      if (abort === 'nothing') return null;
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
    if (objectKey !== null) await this.disposal.dispose([objectKey]);
    return {};
  }
}
