import { type ArtifactView, conflict, invalid, nearest, notFound } from '@waybill/contracts';
import { expectedArtifacts } from '../versions/manifest-artifacts.js';
import { requireDraft, type Version } from '../versions/version.js';

/** `pending` ends as `completed`, `aborted` (the caller said so) or `abandoned` (too old); all three are final. */
export type UploadStatus = 'pending' | 'completed' | 'aborted' | 'abandoned';

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
    case 'aborted':
    case 'abandoned':
      throw conflict('upload.closed', `This upload of "${upload.file}" was ${upload.status}; begin a new upload.`);
  }
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
  const expected = expectedArtifacts(version.manifest).find((artifact) => artifact.file === upload.file);
  if (expected?.size !== undefined && expected.size !== written.size) {
    throw invalid(
      'upload.sizeMismatch',
      `The manifest expects ${expected.size} bytes of "${upload.file}", but ${written.size} were sent.`,
    );
  }
  if (expected?.sha256 !== undefined && expected.sha256 !== written.sha256) {
    throw invalid(
      'upload.digestMismatch',
      `The manifest expects SHA-256 ${expected.sha256} of "${upload.file}", but what was sent has ${written.sha256}.`,
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
