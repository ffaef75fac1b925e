import { generateKeyPairSync } from 'node:crypto';

const pair = generateKeyPairSync('ed25519', {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** The gateway's key in this process's specs, as the services' configuration takes it. */
export const ACTOR_KEYS = { actorKey: pair.privateKey, actorPublicKeys: pair.publicKey } as const;
