import { createHash } from 'node:crypto';
import type { Manifest } from '@waybill/contracts';
import { canonicalJson } from './canonical-json.js';

/** `sha256:<hex>` over the UTF-8 bytes of the canonical manifest: names the immutable content of a version. */
export function manifestDigest(manifest: Manifest): string {
  return `sha256:${createHash('sha256').update(canonicalJson(manifest)).digest('hex')}`;
}
