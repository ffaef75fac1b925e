import type { MultipartPart, MultipartState, MultipartTicket } from '@waybill/contracts';
import { partSizes, type UploadedPart } from '@waybill/object-storage';
import type { UploadStatus } from '../artifacts/upload.js';
import { artifactOf } from './multipart-upload.js';
import type { MultipartRecord } from './multipart-uploads.repository.js';

/**
 * An upload as clients see it, and where its parts go.
 * @param arrived what object storage has of an open upload
 * @param maxAgeSeconds after which an open upload is abandoned
 */
export function multipartTicket(
  upload: MultipartRecord,
  arrived: readonly UploadedPart[],
  maxAgeSeconds: number,
): MultipartTicket {
  const { problem } = upload;
  return {
    upload: {
      id: upload.id,
      file: upload.file,
      state: stateOf(upload.status),
      size: upload.announcedSize,
      sha256: upload.announcedSha256,
      partSize: upload.partSize,
      parts: partsOf(upload, arrived),
      verified: upload.verified,
      expiresAt: new Date(upload.createdAt.getTime() + maxAgeSeconds * 1000).toISOString(),
      artifact: artifactOf(upload),
      problem: problem ? { code: problem.code, detail: problem.detail } : null,
    },
    objectKey: upload.objectKey,
    storageId: upload.storageId,
  };
}

function stateOf(status: UploadStatus): MultipartState {
  return status === 'pending' ? 'open' : status;
}

function partsOf(upload: MultipartRecord, arrived: readonly UploadedPart[]): MultipartPart[] {
  const there = new Map(arrived.map((part) => [part.number, part]));
  return partSizes(upload.announcedSize, upload.partSize).map((size, index) => {
    const part = there.get(index + 1);
    // once it is completed every part has arrived
    if (upload.etags) return { number: index + 1, size, uploaded: true, etag: upload.etags[index] ?? null };
    return { number: index + 1, size, uploaded: part?.size === size, etag: part?.etag ?? null };
  });
}
