import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import type { ArtifactView } from '@waybill/contracts';
import type { EntityManager } from 'typeorm';
import { versionObject } from '../versions/version-object.js';
import type { VersionEntity } from '../versions/version.entity.js';
import { VersionsRepository } from '../versions/versions.repository.js';
import { ArtifactsRepository } from './artifacts.repository.js';
import { DiscardedObjectsRepository } from './discarded-objects.repository.js';
import { checkStoredSize, type Written } from './upload.js';
import type { UploadEntity } from './upload.entity.js';
import { UploadsRepository } from './uploads.repository.js';
import { VersionFilesRepository } from './version-files.repository.js';

/** The last step of every upload, whatever way its bytes came: the object becomes the file's content, or is a copy of what is there. */
@Injectable()
export class RegisterArtifact {
  constructor(
    private readonly audit: AuditLog,
    private readonly uploads: UploadsRepository,
    private readonly versions: VersionsRepository,
    private readonly artifacts: ArtifactsRepository,
    private readonly files: VersionFilesRepository,
    private readonly discarded: DiscardedObjectsRepository,
  ) {}

  /**
   * The caller has locked version and upload and checked both; a copy's object is its to dispose of after the commit.
   * @throws invalid `upload.sizeMismatch`
   */
  async run(
    manager: EntityManager,
    version: VersionEntity,
    upload: UploadEntity,
    { sha256, size }: Written,
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
