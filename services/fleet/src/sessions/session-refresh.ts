import {
  COMMAND_CONTENT_TYPE,
  COMMAND_JWS_TYPE,
  COMMAND_TYPES,
  EXCHANGES,
  inboxShard,
  inboxStream,
  SEQ_HEADER,
  type SessionRefreshNotice,
  STREAM_FILTER_HEADER,
} from '@waybill/contracts';
import { CompactSign } from 'jose';
import { v7 as uuid } from 'uuid';
import type { SigningKey } from '@waybill/trust';

/** An agent that was away longer fetches a new session when it connects, so an older notice says nothing new. */
const NOTICE_LIFE_MS = 24 * 60 * 60 * 1000;

/** A notice on the computer's inbox stream, ready for the outbox. */
export interface RefreshMessage {
  vhost: 'agents';
  exchange: string;
  routingKey: string;
  type: string;
  messageId: string;
  body: string;
  contentType: string;
  headers: Record<string, string | number>;
}

/** Tells one computer that its groups changed. Signed like a command, with the session key, so that nobody can make agents reconnect. */
export async function sessionRefresh(key: SigningKey, computerId: string, now: Date): Promise<RefreshMessage> {
  const shard = inboxShard(computerId);
  const notice: SessionRefreshNotice = {
    id: uuid(),
    v: 1,
    kind: 'session.refresh',
    audience: { shard },
    seq: 0,
    computerId,
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + NOTICE_LIFE_MS).toISOString(),
  };
  const body = await new CompactSign(Buffer.from(JSON.stringify(notice)))
    .setProtectedHeader({ alg: 'EdDSA', typ: COMMAND_JWS_TYPE, kid: key.kid })
    .sign(key.privateKey);
  return {
    vhost: 'agents',
    exchange: EXCHANGES.commands,
    routingKey: inboxStream(shard),
    type: COMMAND_TYPES[notice.kind],
    messageId: notice.id,
    body,
    contentType: COMMAND_CONTENT_TYPE,
    headers: { [SEQ_HEADER]: 0, [STREAM_FILTER_HEADER]: computerId },
  };
}
