import { Inject, Injectable } from '@nestjs/common';
import { type DownloadTicket, invalid, JOB_RPC, WaybillError } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { ObjectStorage } from '@waybill/object-storage';
import { DataSource } from 'typeorm';
import { computerUnknown } from '../sessions/read-session.query.js';

/** Injection token of the object storage as agents reach it. */
export const AGENT_STORAGE = Symbol('AGENT_STORAGE');

/** Life of a presigned URL, seconds. */
const TICKET_LIFE = 15 * 60;

const SHA256 = /^[0-9a-f]{64}$/;

/** Gives a computer a URL for one artifact that an open job brings it. */
@Injectable()
export class IssueTicket {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    @Inject(AGENT_STORAGE) private readonly storage: ObjectStorage,
  ) {}

  /** @throws WaybillError `download.digestInvalid`, `token.computerUnknown`, `download.notAllowed`; kind `unavailable` when job-scheduler cannot be asked */
  async run(computerId: string, sha256: string): Promise<DownloadTicket> {
    if (!SHA256.test(sha256))
      throw invalid(
        'download.digestInvalid',
        'The path must end in the SHA-256 of the artifact: 64 lower-case hexadecimal digits.',
      );
    // A removed computer's token lives for up to an hour; it opens nothing.
    const known = await this.dataSource.query<unknown[]>('SELECT 1 FROM computers WHERE id = $1', [computerId]);
    if (known.length === 0) throw computerUnknown();
    const answer = await this.rpc.call(JOB_RPC.downloadAuthorize, { computerId, sha256 });
    if (!answer.allowed)
      throw new WaybillError('forbidden', 'download.notAllowed', 'No open job brings this artifact to this computer.');
    const expiresAt = new Date(Date.now() + TICKET_LIFE * 1000).toISOString();
    return { url: await this.storage.presignGet(answer.objectKey, TICKET_LIFE), size: answer.size, expiresAt };
  }
}
