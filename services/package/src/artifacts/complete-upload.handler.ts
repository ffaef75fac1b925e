import { Controller, Inject } from '@nestjs/common';
import { type ArtifactView, CompleteUpload, PACKAGE_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import type { ObjectStorage } from '@waybill/object-storage';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import { demandPackage } from '../packages/package-limits.js';
import { versionMissing } from '../versions/versions.repository.js';
import { LockUpload } from './lock-upload.js';
import { ObjectDisposal } from './object-disposal.js';
import { OBJECT_STORAGE } from './object-storage.token.js';
import { RegisterArtifact } from './register-artifact.js';
import { checkWritten, decideRepeat, versionRemoved } from './upload.js';
import { UploadsRepository } from './uploads.repository.js';

@Controller()
export class CompleteUploadHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly uploads: UploadsRepository,
    private readonly locks: LockUpload,
    private readonly register: RegisterArtifact,
    private readonly disposal: ObjectDisposal,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
  ) {}

  /**
   * Idempotent by upload. The object is looked at before anything is locked; a copy of known bytes is removed after the
   * commit, or by the sweep when the process dies in between.
   * @throws notFound `upload.notFound`, `version.notFound`; conflict `upload.closed`, `upload.alreadyCompleted`,
   * `upload.objectMissing`, `version.notDraft`; invalid `upload.sizeMismatch`, `upload.digestMismatch`
   */
  @RpcHandler(PACKAGE_RPC.uploadComplete, CompleteUpload)
  async handle(request: CompleteUpload): Promise<ArtifactView> {
    const { objectKey } = await this.uploads.get(this.dataSource.manager, request.uploadId);
    const stored = await this.storage.stat(objectKey);
    const answer = await this.work.run((manager) => this.complete(manager, request, stored?.size ?? null));
    if (answer.deduplicated) await this.disposal.dispose([objectKey]);
    return answer;
  }

  private async complete(
    manager: EntityManager,
    request: CompleteUpload,
    storedSize: number | null,
  ): Promise<ArtifactView> {
    const { version, upload } = await this.locks.run(manager, request.uploadId);
    const repeated = decideRepeat(upload, request);
    if (repeated) return repeated;
    if (!version) throw versionRemoved(upload);
    await demandPackage(manager, version.package, 'packages.write', () => versionMissing(version));
    checkWritten(version, upload, request, storedSize);
    return this.register.run(manager, version, upload, request);
  }
}
