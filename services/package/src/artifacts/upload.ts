import { type ArtifactView, conflict, invalid, nearest, notFound, type WaybillError } from '@waybill/contracts';
import { expectedArtifacts } from '@waybill/packaging';
import { requireDraft, type Version } from '../versions/version.js';

/**
 * `pending` ends as `completed`, `aborted` (the caller said so) or `abandoned` (too old). One whose parts came by presigned URL is
 * `verifying` in between and may end as `refused`: its bytes are not what they should be. All but the first two are final.
 */
export type UploadStatus = 'pending' | 'verifying' | 'completed' | 'refused' | 'aborted' | 'abandoned';

/** One attempt to store one file of a version, as its rules see it. */
export interface Upload {
  file: string;
  status: UploadStatus;
  /** what was stored; null unless completed */
  sha256: string | null;
  size: number | null;
  deduplicated: boolean | null;
}

/** What the caller says it has written. */
export interface Written {
  sha256: string;
  /** bytes */
  size: number;
}

/**
 * May an upload of this file begin?
 * @throws conflict `version.notDraft`; notFound `artifact.unknownFile`
 */
export function decideBegin(version: Version, file: string): void {
  requireDraft(version);
  const files = expectedArtifacts(version.manifest).map((artifact) => artifact.file);
  if (files.includes(file)) return;
  throw notFound(
    'artifact.unknownFile',
    `The manifest of version ${version.version} of package "${version.package}" names no file "${file}"${nearest(file, files)}.`,
  );
}

/** The upload was completed before with these very bytes: the answer to give again; null when it is still pending. */
export function decideRepeat(upload: Upload, written: Written): ArtifactView | null {
  switch (upload.status) {
    case 'pending':
      return null;
    case 'completed':
      if (upload.sha256 === written.sha256 && upload.size === written.size) {
        return {
          file: upload.file,
          sha256: written.sha256,
          size: written.size,
          deduplicated: upload.deduplicated ?? false,
        };
      }
      throw conflict(
        'upload.alreadyCompleted',
        `This upload of "${upload.file}" was completed with other content; begin a new upload.`,
      );
    case 'verifying':
      throw uploadVerifying(upload);
    case 'refused':
    case 'aborted':
    case 'abandoned':
      throw uploadClosed(upload);
  }
}

/** What an abort does: `close` a pending upload; `again` look for what was written to a closed one since; `nothing` to a completed one. */
export type Abort = 'close' | 'again' | 'nothing';

/** @throws conflict `upload.verifying` */
export function decideAbort(upload: Upload): Abort {
  switch (upload.status) {
    case 'pending':
      return 'close';
    case 'verifying':
      throw uploadVerifying(upload);
    case 'completed':
      return 'nothing';
    case 'refused':
    case 'aborted':
    case 'abandoned':
      return 'again';
  }
}

/** Whoever removed the version removed what was uploaded for it. */
export function versionRemoved({ file }: Upload): WaybillError {
  return notFound('version.notFound', `The version that "${file}" was uploaded for was removed.`);
}

/** Nothing more can be done to the upload. */
export function uploadClosed({ file, status }: Upload): WaybillError {
  return conflict('upload.closed', `This upload of "${file}" was ${status}; begin a new upload.`);
}

/** Its end cannot be changed any more, only waited for. */
export function uploadVerifying({ file }: Upload): WaybillError {
  return conflict(
    'upload.verifying',
    `This upload of "${file}" is being verified; look at it again until it is completed or refused.`,
  );
}

/**
 * Is the object what the caller says, and what the manifest expects?
 * @param storedSize bytes of the object in storage, null when there is none
 * @throws conflict `version.notDraft`, `upload.objectMissing`; invalid `upload.sizeMismatch`, `upload.digestMismatch`
 */
export function checkWritten(version: Version, upload: Upload, written: Written, storedSize: number | null): void {
  requireDraft(version);
  if (storedSize === null) {
    throw conflict(
      'upload.objectMissing',
      `Nothing was stored for the upload of "${upload.file}"; send the bytes again.`,
    );
  }
  checkStoredSize(upload, written.size, storedSize);
  checkExpected(version, upload.file, written);
}

/**
 * Do size and digest fit what the manifest says about the file, where it says so?
 * @param given as they are announced or were found
 * @throws invalid `upload.sizeMismatch`, `upload.digestMismatch`
 */
export function checkExpected(version: Version, file: string, given: { sha256: string | null; size: number }): void {
  const expected = expectedArtifacts(version.manifest).find((artifact) => artifact.file === file);
  if (expected?.size !== undefined && expected.size !== given.size) {
    throw invalid(
      'upload.sizeMismatch',
      `The manifest expects ${expected.size} bytes of "${file}", but the upload has ${given.size}.`,
    );
  }
  if (expected?.sha256 !== undefined && given.sha256 !== null && expected.sha256 !== given.sha256) {
    throw invalid(
      'upload.digestMismatch',
      `The manifest expects SHA-256 ${expected.sha256} of "${file}", but the upload has ${given.sha256}.`,
    );
  }
}

/** @throws invalid `upload.sizeMismatch` */
export function checkStoredSize(upload: Upload, announced: number, stored: number): void {
  if (announced === stored) return;
  throw invalid(
    'upload.sizeMismatch',
    `"${upload.file}" was announced with ${announced} bytes, but ${stored} are stored.`,
  );
}
