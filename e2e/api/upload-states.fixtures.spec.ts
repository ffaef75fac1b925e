import type { Api } from '../support/api.ts';
import {
  beginUpload,
  completePath,
  sendParts,
  type SentPart,
  type Upload,
  uploadsPath,
} from '../support/large-upload.ts';

/** An upload and what complete is told of it. */
export interface UploadInState {
  id: string;
  parts: SentPart[];
}

/** Uploads of draft `large` in every state that a client can bring about; `late` belongs to version `late`, published since. */
export interface UploadStates {
  /** one part of five bytes announced, none has arrived */
  empty: UploadInState;
  /** one part of five bytes announced, four have arrived */
  short: UploadInState;
  completed: UploadInState;
  refused: UploadInState;
  aborted: UploadInState;
  late: UploadInState;
}

const FIVE = Buffer.from('bytes');

/** @param manifestOf makes a manifest with these artifacts */
export async function makeUploadStates(
  api: Api,
  manifestOf: (name: string, version: string, artifacts: object[]) => object,
): Promise<UploadStates> {
  for (const name of ['large', 'late']) {
    await api.post('/packages', { name, title: name });
    const files = ['run.sh', ...(name === 'large' ? ['big.bin'] : [])].map((file) => ({ file }));
    const known = name === 'large' ? [{ file: 'known.bin', sha256: 'a'.repeat(64) }] : [];
    await api.post(`/packages/${name}/versions`, manifestOf(name, '1.0.0', [...files, ...known]));
  }
  const begin = (name: string, file = 'run.sh', more: object = {}) =>
    beginUpload(api, name, { file, size: FIVE.length, ...more });
  const sent = async (upload: Upload, bytes = FIVE): Promise<UploadInState> => ({
    id: upload.id,
    parts: await sendParts(upload, bytes),
  });

  const empty = await begin('large', 'big.bin');
  const short = await sent(await begin('large', 'big.bin'), FIVE.subarray(1));
  const completed = await sent(await begin('large'));
  await api.post(completePath('large', completed.id), { parts: completed.parts });
  const refused = await sent(await begin('large', 'big.bin', { sha256: 'b'.repeat(64) }));
  await api.raw('POST', completePath('large', refused.id), JSON.stringify({ parts: refused.parts }), {
    'content-type': 'application/json',
  });
  const aborted = await sent(await begin('large', 'big.bin'));
  await api.call('DELETE', uploadsPath('large', '1.0.0', aborted.id));
  const late = await sent(await begin('late'));
  const inTime = await sent(await begin('late'));
  await api.post(completePath('late', inTime.id), { parts: inTime.parts });
  await api.post('/packages/late/versions/1.0.0/actions/publish', {});
  return { empty: { id: empty.id, parts: [{ number: 1, etag: 'none' }] }, short, completed, refused, aborted, late };
}
