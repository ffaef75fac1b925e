import { Inject, Injectable } from '@nestjs/common';
import { conflict, invalid, WaybillError } from '@waybill/contracts';
import type { DigestOptions, ObjectStorage, StoredObject } from '@waybill/object-storage';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { DiscardedObjectsRepository } from '../artifacts/discarded-objects.repository.js';
import { LockUpload } from '../artifacts/lock-upload.js';
import { ObjectDisposal } from '../artifacts/object-disposal.js';
import { OBJECT_STORAGE } from '../artifacts/object-storage.token.js';
import { RegisterArtifact } from '../artifacts/register-artifact.js';
import { checkWritten, versionRemoved } from '../artifacts/upload.js';
import { checkAnnounced } from './multipart-upload.js';
import { type MultipartRecord, MultipartUploadsRepository } from './multipart-uploads.repository.js';

/** What is wrong with the upload itself; everything else may be well at the next try. */
const REFUSALS = ['invalid', 'conflict', 'notFound'];

/**
 * Makes the object of its parts, reads it once, and registers it or refuses it. It may die anywhere and run again, also twice at
 * once: parts are joined once, and only the first to come to an end, under the upload's lock, changes anything.
 */
@Injectable()
export class VerifyUpload {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly multiparts: MultipartUploadsRepository,
    private readonly locks: LockUpload,
    private readonly register: RegisterArtifact,
    private readonly discarded: DiscardedObjectsRepository,
    private readonly disposal: ObjectDisposal,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
  ) {}

  /** @throws what may be well at the next try, such as `storage.unavailable`; the signal's reason */
  async run(uploadId: string, options: DigestOptions = {}): Promise<void> {
    const upload = await this.multiparts.ofVerification(this.dataSource.manager, uploadId);
    if (upload.status !== 'verifying') return;
    try {
      await this.join(upload);
      const stored = await this.storage.digest(upload.objectKey, options);
      await this.settle(upload, stored);
    } catch (error) {
      if (!(error instanceof WaybillError) || !REFUSALS.includes(error.kind)) throw error;
      await this.refuse(upload, error);
    }
  }

  /** Does nothing when a try before has done it. */
  private async join({ file, objectKey, storageId, etags }: MultipartRecord): Promise<void> {
    if (await this.storage.stat(objectKey)) return;
    try {
      await this.storage.joinParts(objectKey, storageId, etags ?? []);
    } catch (error) {
      if (!(error instanceof WaybillError)) throw error;
      if (error.code === 'upload.partMismatch') {
        throw invalid(
          'upload.partMismatch',
          `Parts of "${file}" were sent again after the upload was completed; begin a new upload.`,
        );
      }
      if (error.code !== 'storage.uploadUnknown') throw error;
      // joined at this very moment, by a try that was given up
      if (await this.storage.stat(objectKey)) return;
      throw conflict('upload.objectMissing', `Object storage has lost the parts of "${file}"; begin a new upload.`);
    }
  }

  private async settle({ id, objectKey }: MultipartRecord, stored: StoredObject): Promise<void> {
    const deduplicated = await this.work.run(async (manager) => {
      const { version, upload } = await this.locks.run(manager, id);
      if (upload.status !== 'verifying') return false;
      if (!version) throw versionRemoved(upload);
      checkAnnounced(await this.multiparts.ofVerification(manager, id), stored);
      checkWritten(version, upload, stored, stored.size);
      const artifact = await this.register.run(manager, version, upload, stored);
      await this.multiparts.endVerification(manager, id, stored.size);
      return artifact.deduplicated;
    });
    if (deduplicated) await this.disposal.dispose([objectKey]);
  }

  private async refuse({ id, objectKey }: MultipartRecord, error: WaybillError): Promise<void> {
    const refused = await this.work.run(async (manager) => {
      const { upload } = await this.locks.run(manager, id);
      if (upload.status !== 'verifying') return false;
      await this.multiparts.markRefused(manager, id, error.toWire());
      await this.discarded.add(manager, [objectKey]);
      return true;
    });
    if (refused) await this.disposal.dispose([objectKey]);
  }
}
