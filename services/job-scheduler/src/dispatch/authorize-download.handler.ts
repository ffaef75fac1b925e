import { Controller } from '@nestjs/common';
import { AuthorizeDownload, type DownloadAuthorization, JOB_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';

/** How long after a cancel or expiry an agent that has begun may still fetch what it needs to finish. */
const GRACE = '1 hour';

// Starts from the few jobs of one computer (job_targets_computer) and looks each one's version up by key.
const AUTHORIZE = `
SELECT a.object_key AS "objectKey", a.size::float8 AS size
FROM job_targets t
JOIN jobs j ON j.id = t.job_id AND j.run = t.run
JOIN version_artifacts a ON a.version_id = j.version_id AND a.sha256 = $2
WHERE t.computer_id = $1
  AND (j.status IN ('running', 'paused', 'halted')
    OR j.status IN ('canceled', 'expired') AND j.finished_at > clock_timestamp() - interval '${GRACE}')
LIMIT 1`;

interface Authorized {
  objectKey: string;
  /** bytes */
  size: number;
}

@Controller()
export class AuthorizeDownloadHandler {
  constructor(private readonly dataSource: DataSource) {}

  /** May this computer fetch this file? Yes while an open run targets it whose version holds the file. */
  @RpcHandler(JOB_RPC.downloadAuthorize, AuthorizeDownload)
  async authorize({ computerId, sha256 }: AuthorizeDownload): Promise<DownloadAuthorization> {
    const [found] = await this.dataSource.query<Authorized[]>(AUTHORIZE, [computerId, sha256]);
    return found ? { allowed: true, ...found } : { allowed: false };
  }
}
