import { generateKeyPairSync } from 'node:crypto';
import type { Actor } from '@waybill/contracts';
import { ActorSigner } from '../actor/actor-signer.js';
import type { BrokerConnection } from '../client/broker-connection.js';
import { RpcClient } from '../rpc/rpc-client.js';

/** An Ed25519 pair in PEM. */
export const pemPair = () =>
  generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });

/** The gateway's key of these specs. */
export const ACTOR_PEM = pemPair();

export const ADMINISTRATOR: Actor = {
  kind: 'user',
  id: 'admin',
  name: 'admin',
  grants: [{ role: 'administrator' }],
  requestId: null,
  address: null,
};

/** Asks as the gateway does, for an administrator. */
export function gatewayClient(connection: BrokerConnection): RpcClient {
  return new RpcClient(connection, { signer: new ActorSigner(() => ACTOR_PEM.privateKey), actor: () => ADMINISTRATOR });
}
