import type { Api } from './api.ts';

export interface UploadPart {
  number: number;
  size: number;
  uploaded: boolean;
  etag: string | null;
  url?: string;
}

export interface Upload {
  id: string;
  file: string;
  state: string;
  partSize: number;
  parts: UploadPart[];
  expiresAt: string;
  problem: { code: string } | null;
}

export interface SentPart {
  number: number;
  etag: string;
}

/** Path of a version's uploads, or of one of them. */
export function uploadsPath(name: string, version = '1.0.0', id?: string): string {
  return `/packages/${name}/versions/${version}/uploads${id === undefined ? '' : `/${id}`}`;
}

export function beginUpload(
  api: Api,
  name: string,
  announced: { file: string; size: number; sha256?: string },
): Promise<Upload> {
  return api.post<Upload>(uploadsPath(name), announced);
}

/** Straight into object storage, as a client does it. @returns status and what complete wants to know of the part */
export async function sendPart({ number, url }: UploadPart, bytes: Buffer): Promise<SentPart & { status: number }> {
  const response = await fetch(url!, { method: 'PUT', body: new Uint8Array(bytes) });
  await response.arrayBuffer();
  return { status: response.status, number, etag: response.headers.get('etag') ?? '' };
}

/** Sends every part of a file that is in memory. */
export async function sendParts(upload: Upload, content: Buffer): Promise<SentPart[]> {
  const sent: SentPart[] = [];
  for (const part of upload.parts) {
    const from = (part.number - 1) * upload.partSize;
    const { status, ...named } = await sendPart(part, content.subarray(from, from + part.size));
    if (status !== 200) throw new Error(`object storage answered part ${part.number} with ${status}`);
    sent.push(named);
  }
  return sent;
}

export function completePath(name: string, id: string, version = '1.0.0'): string {
  return `${uploadsPath(name, version, id)}/actions/complete`;
}
