import type { MultipartTicket, MultipartView } from '@waybill/contracts';
import { withUrls } from './part-urls.js';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const storage = {
  presignPart: (key: string, id: string, number: number, seconds: number) =>
    Promise.resolve(`${key} ${id} ${number} ${seconds}`),
};

function ticket(changes: Partial<MultipartView> = {}): MultipartTicket {
  const upload: MultipartView = {
    id: 'u',
    file: 'big.iso',
    state: 'open',
    size: 3,
    sha256: null,
    partSize: 2,
    parts: [2, 1].map((size, index) => ({ number: index + 1, size, uploaded: false, etag: null })),
    verified: 0,
    expiresAt: '2026-11-25T13:00:00Z',
    artifact: null,
    problem: null,
    ...changes,
  };
  return { upload, objectKey: 'artifacts/u', storageId: 's' };
}

const urlsOf = async (from: MultipartTicket) => (await withUrls(storage, from, NOW)).parts.map(({ url }) => url);

describe('the URLs of parts', () => {
  it('are good as long as the upload may stay open', async () => {
    expect(await urlsOf(ticket())).toEqual(['artifacts/u s 1 3600', 'artifacts/u s 2 3600']);
  });

  it('are good for a week at most, as S3 has it', async () => {
    expect((await urlsOf(ticket({ expiresAt: '2027-11-25T12:00:00Z' })))[0]).toBe('artifacts/u s 1 604800');
  });

  it.each(['verifying', 'completed', 'refused', 'aborted', 'abandoned'] as const)(
    'are not given for an upload that is %s',
    async (state) => expect(await urlsOf(ticket({ state }))).toEqual([undefined, undefined]),
  );

  it('are not given for one that has expired', async () => {
    expect(await urlsOf(ticket({ expiresAt: '2026-11-25T12:00:00Z' }))).toEqual([undefined, undefined]);
  });
});
