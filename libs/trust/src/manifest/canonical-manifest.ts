import { createHash } from 'node:crypto';
import type { Manifest } from '@waybill/contracts/agent';
import canonicalize from 'canonicalize';

/**
 * The one text that stands for a JSON value (RFC 8785, JCS). Two documents mean the same exactly when these texts are equal.
 * @throws Error for what JSON cannot hold, e.g. half a surrogate pair
 */
export function canonicalJson(value: unknown): string {
  return canonicalize(value) ?? 'null';
}

/** `sha256:<hex>` over the UTF-8 bytes of a text. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** `sha256:<hex>` of the canonical manifest: names the immutable content of a version. */
export function manifestDigest(manifest: Manifest): string {
  return digestOf(canonicalJson(manifest));
}
