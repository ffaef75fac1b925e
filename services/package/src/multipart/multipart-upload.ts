import {
  type ArtifactView,
  conflict,
  type FieldError,
  invalid,
  type MultipartOutcome,
  type SentPart,
  WaybillError,
  type WireError,
} from '@waybill/contracts';
import type { UploadedPart } from '@waybill/object-storage';
import { type Upload, uploadClosed, type Written } from '../artifacts/upload.js';

/** An upload whose parts come by presigned URL, as its rules see it. */
export interface MultipartUpload extends Upload {
  /** bytes */
  announcedSize: number;
  announcedSha256: string | null;
  /** as it was completed, of part 1, part 2 …; null before */
  etags: string[] | null;
  /** bytes read by the verification so far */
  verified: number;
  problem: WireError | null;
}

/** What a completion comes to: begin the verification of these parts, or tell how far it is. */
export type Completion = 'begin' | 'known';

/**
 * Brings the parts that a client names into the order of their numbers.
 * @param count parts of the upload
 * @returns their etags without quotes
 * @throws invalid `request.invalid` for a number twice or too high, `upload.partMissing`
 */
export function etagsInOrder(sent: readonly SentPart[], count: number): string[] {
  const etags = new Map<number, string>();
  const errors: FieldError[] = [];
  for (const [index, { number, etag }] of sent.entries()) {
    const pointer = `/parts/${index}/number`;
    if (number > count) errors.push({ pointer, message: `there is no part ${number}, this upload has ${count}` });
    else if (etags.has(number)) errors.push({ pointer, message: `part ${number} is named twice` });
    else etags.set(number, etag.replace(/^"(.*)"$/, '$1'));
  }
  if (errors.length > 0) throw invalid('request.invalid', 'The parts are not those of this upload.', errors);
  const missing = numbers(count).filter((number) => !etags.has(number));
  if (missing.length > 0) {
    throw invalid('upload.partMissing', `Name every part of this upload; ${list(missing)} missing.`, [
      { pointer: '/parts', message: `must have ${count} parts` },
    ]);
  }
  return numbers(count).map((number) => etags.get(number)!);
}

/**
 * May the upload be completed with these parts? A repetition with the same parts is told how far the first one is.
 * @throws conflict `upload.closed`, `upload.alreadyCompleted`
 */
export function decideCompletion(upload: MultipartUpload, etags: readonly string[]): Completion {
  if (upload.status === 'pending') return 'begin';
  if (upload.status === 'aborted' || upload.status === 'abandoned') throw uploadClosed(upload);
  if (upload.etags?.length === etags.length && upload.etags.every((etag, index) => etag === etags[index]))
    return 'known';
  throw conflict(
    'upload.alreadyCompleted',
    `This upload of "${upload.file}" was completed with other parts; begin a new upload.`,
  );
}

/**
 * Have all parts arrived, as the client names them and as long as they must be? Whatever is wrong can be sent again.
 * @param sizes of part 1, part 2 …
 * @param arrived what object storage has
 * @param sent what the client names, for pointers into its request
 * @throws invalid `upload.partMissing`, `upload.partMismatch`, `upload.sizeMismatch`, in this order
 */
export function checkParts(
  sizes: readonly number[],
  arrived: readonly UploadedPart[],
  etags: readonly string[],
  sent: readonly SentPart[],
): void {
  const there = new Map(arrived.map((part) => [part.number, part]));
  const wrong = (code: string, what: string, tell: (number: number, part: UploadedPart) => string | null) => {
    const errors = sent.flatMap(({ number }, index): FieldError[] => {
      const part = there.get(number);
      const message = part ? tell(number, part) : null;
      return message === null ? [] : [{ pointer: `/parts/${index}`, message }];
    });
    if (errors.length > 0) throw invalid(code, what, errors);
  };
  const missing = numbers(sizes.length).filter((number) => !there.has(number));
  if (missing.length > 0) {
    throw invalid(
      'upload.partMissing',
      `Object storage does not have every part: ${list(missing)} missing. Send what is missing, then complete again.`,
      missing.map((number) => ({
        pointer: `/parts/${sent.findIndex((part) => part.number === number)}`,
        message: `part ${number} has not arrived`,
      })),
    );
  }
  wrong(
    'upload.partMismatch',
    'What has arrived is not what is named. Send these parts again, or name what is there.',
    (number, { etag }) =>
      etag === etags[number - 1] ? null : `part ${number} has the ETag "${etag}", not "${etags[number - 1]}"`,
  );
  wrong('upload.sizeMismatch', 'Parts are shorter or longer than they must be. Send them again.', (number, { size }) =>
    size === sizes[number - 1] ? null : `part ${number} has ${size} bytes, but must have ${sizes[number - 1]}`,
  );
}

/**
 * Is what was read of the object what the client announced?
 * @throws invalid `upload.sizeMismatch`, `upload.digestMismatch`
 */
export function checkAnnounced({ file, announcedSize, announcedSha256 }: MultipartUpload, read: Written): void {
  if (read.size !== announcedSize) {
    throw invalid(
      'upload.sizeMismatch',
      `"${file}" was announced with ${announcedSize} bytes, but ${read.size} came; begin a new upload.`,
    );
  }
  if (announcedSha256 !== null && announcedSha256 !== read.sha256) {
    throw invalid(
      'upload.digestMismatch',
      `"${file}" was announced with SHA-256 ${announcedSha256}, but what came has ${read.sha256}; begin a new upload.`,
    );
  }
}

/** What the upload became: its artifact; null unless it is completed. */
export function artifactOf({ file, status, sha256, size, deduplicated }: Upload): ArtifactView | null {
  if (status !== 'completed' || sha256 === null || size === null) return null;
  return { file, sha256, size, deduplicated: deduplicated ?? false };
}

/**
 * How far a completion is.
 * @throws what it was refused with; conflict `upload.closed`
 */
export function outcomeOf(upload: MultipartUpload): MultipartOutcome {
  if (upload.status === 'refused' && upload.problem) throw WaybillError.fromWire(upload.problem);
  if (upload.status === 'aborted' || upload.status === 'abandoned') throw uploadClosed(upload);
  return { size: upload.announcedSize, verified: upload.verified, artifact: artifactOf(upload) };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** "part 3 is", "parts 1, 2 and 900 more are" */
function list(missing: readonly number[]): string {
  if (missing.length === 1) return `part ${missing[0]} is`;
  const shown = missing.slice(0, 10).join(', ');
  return missing.length > 10 ? `parts ${shown} and ${missing.length - 10} more are` : `parts ${shown} are`;
}
