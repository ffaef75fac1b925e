import { EVENTS, EXCHANGES, type PackageVersionPublished, type PackageVersionWithdrawn } from '@waybill/contracts';
import type { OutboxMessage } from '@waybill/messaging';
import { v7 as uuidv7 } from 'uuid';
import type { StoredFile } from '../artifacts/version-files.repository.js';
import type { VersionEntity } from './version.entity.js';

/** The version became installable. */
export function versionPublished(version: VersionEntity, files: Iterable<StoredFile>): OutboxMessage {
  const body: PackageVersionPublished = {
    v: 1,
    versionId: version.id,
    package: version.package,
    version: version.version,
    manifest: version.manifest,
    manifestDigest: version.manifestDigest!,
    signedManifest: version.signedManifest,
    objectKeys: Object.fromEntries(Array.from(files, ({ sha256, objectKey }) => [sha256, objectKey])),
    publishedAt: version.publishedAt!.toISOString(),
  };
  return event(EVENTS.packageVersionPublished, body);
}

/** No new job may use the version. */
export function versionWithdrawn(version: VersionEntity): OutboxMessage {
  const body: PackageVersionWithdrawn = {
    v: 1,
    versionId: version.id,
    package: version.package,
    version: version.version,
    withdrawnAt: version.withdrawnAt!.toISOString(),
  };
  return event(EVENTS.packageVersionWithdrawn, body);
}

function event(type: string, body: object): OutboxMessage {
  return { vhost: 'services', exchange: EXCHANGES.events, routingKey: type, type, messageId: uuidv7(), body };
}
