export type { ObjectInfo, ObjectStorage, PutHashedOptions, StoredObject } from './object-storage.js';
export { S3ObjectStorage } from './s3-object-storage.js';
export type { S3Settings } from './s3-settings.js';
