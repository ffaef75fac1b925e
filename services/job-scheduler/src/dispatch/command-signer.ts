import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { type Command, COMMAND_JWS_TYPE } from '@waybill/contracts';

export interface CommandKey {
  /** Ed25519 private key, PKCS#8 PEM */
  pem: string;
  /** under which agents know the public half */
  id: string;
}

/** Signs commands as compact JWS (RFC 7515, EdDSA of RFC 8037). */
export class CommandSigner {
  private readonly key: KeyObject;
  private readonly header: string;

  /** @throws Error when the key is not an Ed25519 private key */
  constructor({ pem, id }: CommandKey) {
    this.key = createPrivateKey(pem);
    if (this.key.asymmetricKeyType !== 'ed25519')
      throw new Error(`the command key is ${this.key.asymmetricKeyType}, it must be Ed25519`);
    this.header = encode({ alg: 'EdDSA', kid: id, typ: COMMAND_JWS_TYPE });
  }

  /** Synchronous on purpose: 0.1 ms with node:crypto; a promise for each of many commands costs more than the signature. */
  sign(command: Command): string {
    const input = `${this.header}.${encode(command)}`;
    return `${input}.${sign(null, Buffer.from(input), this.key).toString('base64url')}`;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
