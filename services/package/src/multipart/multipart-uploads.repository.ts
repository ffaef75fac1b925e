import { Injectable } from '@nestjs/common';
import { notFound, type WireError } from '@waybill/contracts';
import type { EntityManager } from 'typeorm';
import { UploadEntity } from '../artifacts/upload.entity.js';
import { MultipartUploadEntity } from './multipart-upload.entity.js';

/** Both rows of an upload whose parts come by presigned URL. */
export type MultipartRecord = UploadEntity & MultipartUploadEntity & { storageId: string };

/** Tables `multipart_uploads` and `uploads`. Every method works in the caller's transaction; who holds an upload's lock has both rows. */
@Injectable()
export class MultipartUploadsRepository {
  async add(
    manager: EntityManager,
    announced: Pick<MultipartUploadEntity, 'uploadId' | 'announcedSize' | 'announcedSha256' | 'partSize'>,
  ): Promise<void> {
    await manager.insert(MultipartUploadEntity, announced);
  }

  /** Object storage has begun the upload. */
  async markBegun(manager: EntityManager, uploadId: string, storageId: string): Promise<void> {
    await manager.update(MultipartUploadEntity, { uploadId }, { storageId });
  }

  /**
   * @param versionId an upload of another version is none
   * @throws notFound `upload.notFound`
   */
  async get(manager: EntityManager, versionId: string, id: string): Promise<MultipartRecord> {
    return found(id, await manager.findOneBy(UploadEntity, { id, versionId }), await this.row(manager, id));
  }

  /** Like get, and nobody else changes the upload until the transaction ends. */
  async lock(manager: EntityManager, versionId: string, id: string): Promise<MultipartRecord> {
    const lock = { mode: 'pessimistic_write' } as const;
    const upload = await manager.findOne(UploadEntity, { where: { id, versionId }, lock });
    return found(id, upload, await this.row(manager, id));
  }

  /** The upload of a verification, whatever became of its version. */
  async ofVerification(manager: EntityManager, id: string): Promise<MultipartRecord> {
    return found(id, await manager.findOneBy(UploadEntity, { id }), await this.row(manager, id));
  }

  /** Its verification is due at once. */
  async markVerifying(manager: EntityManager, id: string, etags: string[]): Promise<void> {
    await manager.update(UploadEntity, { id }, { status: 'verifying' });
    await manager.update(MultipartUploadEntity, { uploadId: id }, { etags, verifyAt: () => 'now()' });
  }

  async markRefused(manager: EntityManager, id: string, problem: WireError): Promise<void> {
    await manager.update(UploadEntity, { id }, { status: 'refused', closedAt: () => 'now()' });
    await manager.update(MultipartUploadEntity, { uploadId: id }, { problem, verifyAt: null });
  }

  /** There is nothing to verify any more. */
  async endVerification(manager: EntityManager, id: string, verified: number): Promise<void> {
    await manager.update(MultipartUploadEntity, { uploadId: id }, { verified, verifyAt: null });
  }

  private row(manager: EntityManager, uploadId: string): Promise<MultipartUploadEntity | null> {
    return manager.findOneBy(MultipartUploadEntity, { uploadId });
  }
}

function found(id: string, upload: UploadEntity | null, multipart: MultipartUploadEntity | null): MultipartRecord {
  if (upload && multipart?.storageId) return { ...upload, ...multipart, storageId: multipart.storageId };
  throw notFound('upload.notFound', `There is no upload ${id} of this version.`);
}
