import { completePath, type SentPart, uploadsPath } from '../support/large-upload.ts';
import { type ApiWorld, NOBODY } from './api-world.fixtures.spec.ts';
import type { ProblemCase } from './problem-table.fixtures.spec.ts';
import type { UploadStates } from './upload-states.fixtures.spec.ts';

const UPLOADS = '/packages/{name}/versions/{version}/uploads';
const [BEGIN, GET, ABORT, COMPLETE] = [
  `POST ${UPLOADS}`,
  `GET ${UPLOADS}/{id}`,
  `DELETE ${UPLOADS}/{id}`,
  `POST ${UPLOADS}/{id}/actions/complete`,
] as const;

const call = ({ api }: ApiWorld, method: string, path: string, body?: object) =>
  api.raw(method, path, body && JSON.stringify(body), body ? { 'content-type': 'application/json' } : {});
const begin =
  (name: string, version: string, body: object): ProblemCase[3] =>
  (world) =>
    call(world, 'POST', uploadsPath(name, version), body);
const look =
  (method: string, version: string, state?: keyof UploadStates): ProblemCase[3] =>
  (world) =>
    call(world, method, uploadsPath('large', version, state ? world.uploads[state].id : NOBODY));
const complete =
  (
    state: keyof UploadStates | null,
    { version = '1.0.0', parts }: { version?: string; parts?: SentPart[] } = {},
  ): ProblemCase[3] =>
  (world) => {
    const upload = state ? world.uploads[state] : { id: NOBODY, parts: [{ number: 1, etag: 'x' }] };
    const path = completePath(state === 'late' ? 'late' : 'large', upload.id, version);
    return call(world, 'POST', path, { parts: parts ?? upload.parts });
  };

/** Problems of uploads in parts. */
export const UPLOAD_PROBLEMS: ProblemCase[] = [
  [BEGIN, 'version.notFound', 404, begin('large', '9', { file: 'run.sh', size: 1 })],
  [BEGIN, 'version.notDraft', 409, begin('published', '1.0.0', { file: 'run.sh', size: 1 })],
  [BEGIN, 'artifact.unknownFile', 404, begin('large', '1.0.0', { file: 'other.sh', size: 1 })],
  [BEGIN, 'upload.sizeMismatch', 400, begin('drafts', '1.0.0', { file: 'sized.bin', size: 6 })],
  [
    BEGIN,
    'upload.digestMismatch',
    400,
    begin('large', '1.0.0', { file: 'known.bin', size: 1, sha256: 'c'.repeat(64) }),
  ],

  [GET, 'version.notFound', 404, look('GET', '9', 'empty')],
  [GET, 'upload.notFound', 404, look('GET', '1.0.0')],
  [ABORT, 'version.notFound', 404, look('DELETE', '9', 'empty')],
  [ABORT, 'upload.notFound', 404, look('DELETE', '1.0.0')],
  [ABORT, 'upload.alreadyCompleted', 409, look('DELETE', '1.0.0', 'completed')],

  [COMPLETE, 'version.notFound', 404, complete('empty', { version: '9' })],
  [COMPLETE, 'version.notDraft', 409, complete('late')],
  [COMPLETE, 'upload.notFound', 404, complete(null)],
  [COMPLETE, 'upload.partMissing', 400, complete('empty')],
  [COMPLETE, 'upload.partMismatch', 400, complete('short', { parts: [{ number: 1, etag: 'other' }] })],
  [COMPLETE, 'upload.sizeMismatch', 400, complete('short')],
  [COMPLETE, 'upload.digestMismatch', 400, complete('refused')],
  [COMPLETE, 'upload.closed', 409, complete('aborted')],
  [COMPLETE, 'upload.alreadyCompleted', 409, complete('completed', { parts: [{ number: 1, etag: 'other' }] })],
];
