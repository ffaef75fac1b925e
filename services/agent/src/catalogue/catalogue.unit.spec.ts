import { type CatalogueItem, WaybillError } from '@waybill/contracts/agent';
import { executeCommand } from '../../spec/commands.js';
import { newAttempt } from '../execution/attempt.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { catalogueWords } from '../local/local-words.js';
import { Catalogue } from './catalogue.js';

const ITEM: CatalogueItem = {
  offerId: '01990000-0000-7000-8000-0000000000f1',
  package: 'acme-ledger',
  version: '2.4.0',
  title: 'Acme Ledger',
  publisher: 'Acme',
  description: 'Bookkeeping client',
  approval: 'none',
  request: null,
};
const REQUEST = {
  id: '01990000-0000-7000-8000-0000000000a1',
  state: 'approved',
  jobId: null,
  reason: null,
  requestedAt: '2026-09-01T09:00:00Z',
} as const;

function catalogue(items: CatalogueItem[], state: 'approved' | 'pending' = 'approved') {
  const journal = new MemoryJournal();
  const taken: string[] = [];
  const take = (offerId: string) => (taken.push(offerId), Promise.resolve({ state } as never));
  return { journal, taken, catalogue: new Catalogue({ journal, items: () => Promise.resolve(items), take }) };
}
const words = async (item: Partial<CatalogueItem>) => {
  const answer = await catalogue([{ ...ITEM, ...item }]).catalogue.list();
  return 'offers' in answer ? catalogueWords(answer.offers) : '';
};

describe('the catalogue of a computer', () => {
  it('says what is offered, and how far each request is', async () => {
    expect(await words({})).toBe(
      'Acme Ledger 2.4.0, by Acme  (waybill-agent install acme-ledger)\n  Bookkeeping client\n',
    );
    expect(await words({ approval: 'required' })).toContain('Somebody has to approve it.');
    expect(await words({ request: { ...REQUEST, state: 'pending' } })).toContain('it waits for approval');
    const rejected = { ...REQUEST, state: 'rejected', reason: 'no licence\u001b[2J is left' } as const;
    expect(await words({ request: rejected })).toContain('Rejected: no licence');
    expect(await words({ request: rejected })).not.toContain('\u001b');
    expect(await words({ request: REQUEST })).toContain('On its way');
    expect(catalogueWords([])).toContain('Nothing is offered');
  });

  it('says what became of the job here', async () => {
    const attempt = newAttempt(executeCommand({ audience: { shard: 1 } }), '2026-09-01T09:00:00Z');
    const world = catalogue([{ ...ITEM, request: { ...REQUEST, jobId: attempt.jobId } }]);
    world.journal.insertAttempt(attempt);
    expect(await world.catalogue.list()).toMatchObject({ offers: [{ job: { status: 'accepted' } }] });
  });

  it('takes the package that is named, and asks which one where several fit', async () => {
    const newer = { ...ITEM, offerId: '01990000-0000-7000-8000-0000000000f2', version: '2.5.0' };
    const { catalogue: both, taken } = catalogue([ITEM, newer]);
    expect(await both.install('acme-ledger')).toMatchObject({
      ok: false,
      code: 'offer.ambiguous',
      message: expect.stringContaining('acme-ledger@2.4.0, acme-ledger@2.5.0'),
    });
    expect(await both.install('acme-ledger@2.5.0')).toMatchObject({ ok: true, done: expect.stringContaining('2.5.0') });
    expect(await both.install(ITEM.offerId)).toMatchObject({ ok: true });
    expect(await both.install('nothing')).toMatchObject({ ok: false, code: 'offer.unknown' });
    expect(taken).toEqual([newer.offerId, ITEM.offerId]);
    const waits = catalogue([ITEM], 'pending').catalogue;
    expect(await waits.install('acme-ledger')).toMatchObject({ done: expect.stringContaining('approved') });
  });

  it.each([
    ['unavailable', 'server.unreachable', 'The server does not answer'],
    ['conflict', 'offer.notSendable', 'withdrawn'],
  ] as const)('says what is wrong when the server is %s', async (kind, code, message) => {
    const failing = () => Promise.reject(new WaybillError(kind, 'offer.notSendable', 'It was withdrawn.'));
    const parts = { journal: new MemoryJournal(), items: failing, take: failing };
    expect(await new Catalogue(parts).list()).toEqual({ ok: false, code, message: expect.stringContaining(message) });
  });
});
