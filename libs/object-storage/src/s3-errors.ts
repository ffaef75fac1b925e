import { WaybillError } from '@waybill/contracts';

const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'SlowDown',
  'SlowDownRead',
  'SlowDownWrite',
  'ServiceUnavailable',
  'InternalError',
  'XMinioServerNotInitialized',
  'XMinioStorageFull',
]);
const MISSING = new Set(['NotFound', 'NoSuchKey']);
/** A part differs from what was named, is missing, or is too small to be one in the middle. */
const REFUSED_PART = new Set(['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall']);

/** S3's or the network's code of an error, empty when it has none. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

export function isMissing(error: unknown): boolean {
  return MISSING.has(codeOf(error));
}

/** The multipart upload was completed or aborted, or never was. */
export function isUnknownUpload(error: unknown): boolean {
  return codeOf(error) === 'NoSuchUpload';
}

export function isRefusedPart(error: unknown): boolean {
  return REFUSED_PART.has(codeOf(error));
}

export function storageUnavailable(): WaybillError {
  return new WaybillError('unavailable', 'storage.unavailable', 'The object storage does not answer. Try again later.');
}

/** The store's words for an error in ours; what we do not know stays as it is. */
export function translateError(error: unknown): Error {
  if (error instanceof WaybillError) return error;
  if (isMissing(error)) return new WaybillError('notFound', 'storage.notFound', 'There is no such object.');
  if (codeOf(error) === 'NoSuchBucket')
    return new WaybillError('unavailable', 'storage.noBucket', 'The bucket of the object storage does not exist.');
  if (UNAVAILABLE.has(codeOf(error))) return storageUnavailable();
  return error instanceof Error ? error : new Error(String(error));
}
