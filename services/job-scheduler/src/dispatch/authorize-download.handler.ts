import { Controller } from '@nestjs/common';
import { AuthorizeDownload, type DownloadAuthorization, JOB_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { VersionTrust } from '../catalogue/version-trust.js';

/** How long after a cancel or expiry an agent that has begun may still fetch what it needs to finish. */
const GRACE = '1 hour';

// Starts from the few jobs of one computer (job_targets_computer) and looks each one's version up by key.
const AUTHORIZE = `
SELECT DISTINCT ON (j.version_id) a.object_key AS "objectKey", a.size::float8 AS size, j.version_id AS "versionId"
FROM job_targets t
JOIN jobs j ON j.id = t.job_id AND j.run = t.run
JOIN version_artifacts a ON a.version_id = j.version_id AND a.sha256 = $2
WHERE t.computer_id = $1
  AND (j.status IN ('running', 'paused', 'halted')
    OR j.status IN ('canceled', 'expired') AND j.finished_at > clock_timestamp() - interval '${GRACE}')`;

interface Authorized {
  objectKey: string;
  /** bytes */
  size: number;
  versionId: string;
}

@Controller()
export class AuthorizeDownloadHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly trust: VersionTrust,
  ) {}

  /** May this computer fetch this file? Yes while an open run targets it whose version holds the file and is vouched for. */
  @RpcHandler(JOB_RPC.downloadAuthorize, AuthorizeDownload)
  async authorize({ computerId, sha256 }: AuthorizeDownload): Promise<DownloadAuthorization> {
    const found = await this.dataSource.query<Authorized[]>(AUTHORIZE, [computerId, sha256]);
    const refused = await this.trust.refusals(
      this.dataSource,
      found.map(({ versionId }) => versionId),
    );
    const trusted = found.find(({ versionId }) => !refused.has(versionId));
    return trusted ? { allowed: true, objectKey: trusted.objectKey, size: trusted.size } : { allowed: false };
  }
}
