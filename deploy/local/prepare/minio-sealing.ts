import { argon2Sync, createCipheriv, randomBytes } from 'node:crypto';

const FRAGMENT_BYTES = 16_384;
const ARGON2ID_AES_256_GCM = 0x00;
const LAST_FRAGMENT = 0x80;

/**
 * MinIO's admin API takes its bodies sealed with the caller's secret key, in the format of `madmin.EncryptData`:
 * salt (32) ‖ algorithm (1) ‖ nonce (8) ‖ fragments. The key is argon2id(secret, salt, t=1, m=64 MiB, p=4). Each fragment of
 * 16 KiB is sealed by AES-256-GCM under nonce ‖ little-endian counter; its associated data are a flag byte (0x80 on the last
 * one) and the tag of an empty text sealed with counter 0.
 */
export function sealForMinio(secretKey: string, text: string): Buffer {
  const salt = randomBytes(32);
  const nonce = randomBytes(8);
  const key = argon2Sync('argon2id', {
    message: Buffer.from(secretKey),
    nonce: salt,
    parallelism: 4,
    tagLength: 32,
    memory: 64 * 1024,
    passes: 1,
  });
  const header = seal(key, nonce, 0, Buffer.alloc(0), Buffer.alloc(0));
  const data = Buffer.from(text);
  const parts: Uint8Array[] = [salt, Buffer.of(ARGON2ID_AES_256_GCM), nonce];
  const count = Math.max(1, Math.ceil(data.length / FRAGMENT_BYTES));
  for (let index = 0; index < count; index += 1) {
    const fragment = data.subarray(index * FRAGMENT_BYTES, (index + 1) * FRAGMENT_BYTES);
    const flag = index === count - 1 ? LAST_FRAGMENT : 0x00;
    parts.push(seal(key, nonce, index + 1, fragment, Buffer.concat([Buffer.of(flag), header])));
  }
  return Buffer.concat(parts);
}

function seal(key: Uint8Array, nonce: Buffer, counter: number, text: Buffer, associated: Buffer): Buffer {
  const iv = Buffer.alloc(12);
  nonce.copy(iv);
  iv.writeUInt32LE(counter, 8);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(associated);
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}
