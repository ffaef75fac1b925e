import { KEY_SET_JWS_TYPE, type KeySet } from '@waybill/contracts/agent';
import { JwsSigner, type SigningKey } from '../jws/sign-jws.js';

/** The key set as it travels, signed by a root key. */
export function sealKeySet(set: KeySet, root: SigningKey): string {
  return new JwsSigner(root, KEY_SET_JWS_TYPE).sign(JSON.stringify(set));
}
