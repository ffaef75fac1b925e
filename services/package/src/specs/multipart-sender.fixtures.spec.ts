import {
  type ArtifactView,
  type MultipartTicket,
  type MultipartView,
  PACKAGE_RPC,
  type SentPart,
} from '@waybill/contracts';
import { S3ObjectStorage } from '@waybill/object-storage';
import { eventually } from '@waybill/testing';
import type { PackageWorld } from './package-world.fixtures.spec.js';

type Ref = { package: string; version: string };

/** A client that uploads in parts, with the gateway's share (signing) done here. */
export class MultipartSender {
  readonly storage: S3ObjectStorage;

  constructor(private readonly world: PackageWorld) {
    this.storage = new S3ObjectStorage(world.bucket);
  }

  begin(ref: Ref, file: string, announced: { size: number; sha256?: string }): Promise<MultipartTicket> {
    return this.world.rpc.call(PACKAGE_RPC.multipartBegin, { ...of(ref), file, ...announced });
  }

  /** @returns HTTP status and etag */
  async send(ticket: MultipartTicket, number: number, bytes: Buffer): Promise<{ status: number; etag: string }> {
    const url = await this.storage.presignPart(ticket.objectKey, ticket.storageId, number, 60);
    const response = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
    await response.text();
    return { status: response.status, etag: response.headers.get('etag') ?? '' };
  }

  /** Every part, cut as planned. */
  async sendAll(ticket: MultipartTicket, content: Buffer): Promise<SentPart[]> {
    const { partSize, parts } = ticket.upload;
    const sent: SentPart[] = [];
    for (const { number } of parts) {
      const bytes = content.subarray((number - 1) * partSize, number * partSize);
      const { status, etag } = await this.send(ticket, number, bytes);
      if (status !== 200) throw new Error(`part ${number}: ${status}`);
      sent.push({ number, etag });
    }
    return sent;
  }

  complete(ref: Ref, { upload }: MultipartTicket, parts: SentPart[]) {
    return this.world.rpc.call(PACKAGE_RPC.multipartComplete, { ...of(ref), uploadId: upload.id, parts });
  }

  /** Waits for what the completion comes to. @throws what the upload was refused with */
  async outcome(ref: Ref, { upload }: MultipartTicket): Promise<ArtifactView> {
    const settled = await eventually(
      async () => {
        const outcome = await this.world.rpc
          .call(PACKAGE_RPC.multipartOutcome, { ...of(ref), uploadId: upload.id })
          .catch((problem: Error) => problem);
        if (!(outcome instanceof Error) && !outcome.artifact) throw new Error(`${outcome.verified} of ${outcome.size}`);
        return outcome;
      },
      { timeoutMs: 60_000 },
    );
    if (settled instanceof Error) throw settled;
    return settled.artifact!;
  }

  async finish(ref: Ref, ticket: MultipartTicket, parts: SentPart[]): Promise<ArtifactView> {
    await this.complete(ref, ticket, parts);
    return this.outcome(ref, ticket);
  }

  async upload(ref: Ref, file: string, content: Buffer, announced: object = {}): Promise<ArtifactView> {
    const ticket = await this.begin(ref, file, { size: content.length, ...announced });
    return this.finish(ref, ticket, await this.sendAll(ticket, content));
  }

  async get(ref: Ref, { upload }: MultipartTicket): Promise<MultipartView> {
    return (await this.world.rpc.call(PACKAGE_RPC.multipartGet, { ...of(ref), uploadId: upload.id })).upload;
  }

  abort(ref: Ref, { upload }: MultipartTicket) {
    return this.world.rpc.call(PACKAGE_RPC.multipartAbort, { ...of(ref), uploadId: upload.id });
  }

  /** What object storage holds of the upload: its object, its parts. */
  async traces({ objectKey, storageId }: MultipartTicket): Promise<string[]> {
    const object = (await this.storage.stat(objectKey)) ? ['object'] : [];
    return [...object, ...((await this.storage.parts(objectKey, storageId)) ? ['parts'] : [])];
  }

  /**
   * As if the process had died right after it committed the completion: verified by nobody before `resume`.
   * @param etags as complete would have stored them
   */
  async dieAfterCompletion({ upload }: MultipartTicket, etags: string[]): Promise<void> {
    await this.world.sql.query(`UPDATE uploads SET status = 'verifying' WHERE id = $1`, [upload.id]);
    await this.world.sql.query(
      `UPDATE multipart_uploads SET etags = $2, verify_at = now() + interval '1 day' WHERE upload_id = $1`,
      [upload.id, etags],
    );
  }

  /** The dead process's lease is over. */
  async resume({ upload }: MultipartTicket): Promise<void> {
    await this.world.sql.query(
      `UPDATE multipart_uploads SET verify_at = now() WHERE upload_id = $1 AND verify_at IS NOT NULL`,
      [upload.id],
    );
  }
}

const of = ({ package: name, version }: Ref): Ref => ({ package: name, version });
