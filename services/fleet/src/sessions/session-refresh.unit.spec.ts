import { generateKeyPairSync } from 'node:crypto';
import { inboxShard } from '@waybill/contracts';
import { compactVerify } from 'jose';
import { sessionRefresh } from './session-refresh.js';

const ID = '01997a00-0000-7000-8000-000000000001';
const pair = generateKeyPairSync('ed25519');

describe('sessionRefresh', () => {
  it('is a signed notice on the inbox stream of the computer, filterable by its id', async () => {
    const now = new Date('2026-09-01T00:00:00Z');
    const message = await sessionRefresh({ kid: 'waybill-token-1', ...pair }, ID, now);
    const { payload, protectedHeader } = await compactVerify(message.body, pair.publicKey);
    const shard = inboxShard(ID);
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'waybill-command+jws', kid: 'waybill-token-1' });
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({
      id: message.messageId,
      v: 1,
      kind: 'session.refresh',
      audience: { shard },
      seq: 0,
      computerId: ID,
      issuedAt: '2026-09-01T00:00:00.000Z',
      expiresAt: '2026-09-02T00:00:00.000Z',
    });
    expect(message).toMatchObject({
      vhost: 'agents',
      exchange: 'waybill.commands',
      routingKey: `cmd.i.${shard}`,
      type: 'command.session.refresh.v1',
      contentType: 'application/jose',
      headers: { 'x-stream-filter-value': ID, 'x-waybill-seq': 0 },
    });
  });
});
