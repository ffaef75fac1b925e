import { Inject, Injectable } from '@nestjs/common';
import { conflict } from '@waybill/contracts';
import type { ObjectStorage, UploadedPart } from '@waybill/object-storage';
import { OBJECT_STORAGE } from '../artifacts/object-storage.token.js';
import type { MultipartRecord } from './multipart-uploads.repository.js';

/** What object storage has of an open upload. */
@Injectable()
export class ArrivedParts {
  constructor(@Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage) {}

  /** Null when object storage does not know the upload (any more): it is not open any more, or storage has given it up. */
  of({ status, objectKey, storageId }: MultipartRecord): Promise<UploadedPart[] | null> {
    return status === 'pending' ? this.storage.parts(objectKey, storageId) : Promise.resolve(null);
  }
}

/** Object storage removes unfinished uploads by itself after a time of its own. */
export function givenUpByStorage({ file }: MultipartRecord) {
  return conflict('upload.closed', `Object storage has given up this upload of "${file}"; begin a new upload.`);
}
