import { invalid } from '@waybill/contracts';

/**
 * SHA-256 in `Content-Digest` or `Repr-Digest` (RFC 9530: `sha-256=:<base64>:`) as lower-case hex; undefined when
 * neither was sent. Beside SHA-256 other algorithms are ignored, as the RFC says; alone they are refused: who sends a digest wants it checked.
 * @throws invalid `upload.digestHeader` when a sha-256 member is missing or malformed, or the two headers disagree
 */
export function declaredSha256(contentDigest: string | undefined, reprDigest: string | undefined): string | undefined {
  const values = [contentDigest, reprDigest].map(sha256Member).filter((value) => value !== undefined);
  if (values.length === 2 && values[0] !== values[1]) {
    throw invalid('upload.digestHeader', 'Content-Digest and Repr-Digest name different SHA-256 values.');
  }
  if (values.length === 0) refuseUnchecked(contentDigest ?? reprDigest);
  return values[0];
}

function refuseUnchecked(header: string | undefined): void {
  if (header === undefined) return;
  const algorithms = header.split(',').map((part) => part.split('=', 1)[0]!.trim().slice(0, 20));
  const named = algorithms.slice(0, 5).join(', ');
  throw invalid(
    'upload.digestHeader',
    `The digest header names ${named || 'no algorithm'}, which is not checked here; send sha-256=:<base64 of 32 bytes>: (RFC 9530), or leave the header out.`,
  );
}

function sha256Member(header: string | undefined): string | undefined {
  const member = header
    ?.split(',')
    .map((part) => part.trim())
    .find((part) => /^sha-256=/i.test(part));
  if (member === undefined) return undefined;
  const match = /^sha-256=:([A-Za-z0-9+/]{43}=):$/i.exec(member);
  if (!match) {
    throw invalid('upload.digestHeader', 'The digest must look like sha-256=:<base64 of 32 bytes>: (RFC 9530).');
  }
  return Buffer.from(match[1]!, 'base64').toString('hex');
}
