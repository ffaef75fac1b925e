import { Controller, Inject } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { type ArtifactView, CompleteUpload, notFound, PACKAGE_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import type { ObjectStorage } from '@waybill/object-storage';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import { versionObject } from '../versions/version-object.js';
import type { VersionEntity } from '../versions/version.entity.js';
import { VersionsRepository } from '../versions/versions.repository.js';
import { ArtifactsRepository } from './artifacts.repository.js';
import { DiscardedObjectsRepository } from './discarded-objects.repository.js';
import { ObjectDisposal } from './object-disposal.js';
import { OBJECT_STORAGE } from './object-storage.token.js';
import { checkStoredSize, checkWritten, decideRepeat } from './upload.js';
import type { UploadEntity } from './upload.entity.js';
import { UploadsRepository } from './uploads.repository.js';
import { VersionFilesRepository } from './version-files.repository.js';

@Controller()
export class CompleteUploadHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly uploads: UploadsRepository,
    private readonly versions: VersionsRepository,
    private readonly artifacts: ArtifactsRepository,
    private readonly files: VersionFilesRepository,
    private readonly discarded: DiscardedObjectsRepository,
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
    const { version, upload } = await this.lock(manager, request.uploadId);
    const repeated = decideRepeat(upload, request);
    if (repeated) return repeated;
    if (!version) throw notFound('version.notFound', `The version that "${upload.file}" was uploaded for was removed.`);
    checkWritten(version, upload, request, storedSize);
    return this.store(manager, version, upload, request);
  }

  /** Version first, as everybody who needs both: see the migration. */
  private async lock(
    manager: EntityManager,
    uploadId: string,
  ): Promise<{ version: VersionEntity | null; upload: UploadEntity }> {
    const { versionId } = await this.uploads.get(manager, uploadId);
    const version = versionId === null ? null : await this.versions.lockById(manager, versionId);
    return { version, upload: await this.uploads.lock(manager, uploadId) };
  }

  private async store(
    manager: EntityManager,
    version: VersionEntity,
    upload: UploadEntity,
    { sha256, size }: CompleteUpload,
  ): Promise<ArtifactView> {
    const home = await this.artifacts.adopt(manager, { sha256, size, objectKey: upload.objectKey });
    checkStoredSize(upload, size, home.size);
    const deduplicated = home.objectKey !== upload.objectKey;
    if (deduplicated) await this.discarded.add(manager, [upload.objectKey]);
    await this.files.put(manager, { versionId: version.id, file: upload.file, sha256 });
    await this.uploads.markCompleted(manager, upload.id, { sha256, size, deduplicated });
    await this.versions.touch(manager, version.id);
    await this.audit.record(manager, {
      action: 'artifact.uploaded',
      object: versionObject(version),
      details: { file: upload.file, sha256, size, uploadId: upload.id },
    });
    return { file: upload.file, sha256, size, deduplicated };
  }
}
