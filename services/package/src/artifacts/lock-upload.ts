import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { VersionEntity } from '../versions/version.entity.js';
import { VersionsRepository } from '../versions/versions.repository.js';
import type { UploadEntity } from './upload.entity.js';
import { UploadsRepository } from './uploads.repository.js';

/** An upload and its version, nobody else's until the transaction ends. */
@Injectable()
export class LockUpload {
  constructor(
    private readonly uploads: UploadsRepository,
    private readonly versions: VersionsRepository,
  ) {}

  /**
   * Version first, as everybody who needs both: see the migration.
   * @returns version null when it was removed since
   * @throws notFound `upload.notFound`
   */
  async run(
    manager: EntityManager,
    uploadId: string,
  ): Promise<{ version: VersionEntity | null; upload: UploadEntity }> {
    const { versionId } = await this.uploads.get(manager, uploadId);
    const version = versionId === null ? null : await this.versions.lockById(manager, versionId);
    return { version, upload: await this.uploads.lock(manager, uploadId) };
  }
}
