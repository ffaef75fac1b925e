import { setImmediate as breathe } from 'node:timers/promises';
import type { MultipartTicket } from '@waybill/contracts';
import type { ObjectStorage } from '@waybill/object-storage';
import type { UploadPartView, UploadView } from './uploads.views.js';

/** S3 signs for no longer; seconds. */
const LONGEST_LIFE = 7 * 24 * 3600;
/** Signatures between two looks at other requests. */
const BATCH = 100;

/** The upload with a URL for each part, good for as long as the upload may stay open; without, when it is not open any more. */
export async function withUrls(
  storage: Pick<ObjectStorage, 'presignPart'>,
  { upload, objectKey, storageId }: MultipartTicket,
  now = Date.now(),
): Promise<UploadView> {
  const life = Math.min(LONGEST_LIFE, Math.floor((Date.parse(upload.expiresAt) - now) / 1000));
  if (upload.state !== 'open' || life < 1) return upload;
  const parts: UploadPartView[] = [];
  for (const part of upload.parts) {
    parts.push({ ...part, url: await storage.presignPart(objectKey, storageId, part.number, life) });
    if (parts.length % BATCH === 0) await breathe();
  }
  return { ...upload, parts };
}
