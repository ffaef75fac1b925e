export type {
  DigestOptions,
  ObjectInfo,
  ObjectStorage,
  PutHashedOptions,
  StoredObject,
  UploadedPart,
} from './object-storage.js';
export { MAX_OBJECT_SIZE, partSizes, planPartSize } from './part-plan.js';
export { S3ObjectStorage } from './s3-object-storage.js';
export type { S3Settings } from './s3-settings.js';
