import { Injectable } from '@nestjs/common';
import type { Manifest, SignatureView } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import { KeyRing, signatureView, verifyManifest } from '@waybill/trust';
import { decodeProtectedHeader } from 'jose';
import { type VersionCopy, VersionsRepository } from './versions.repository.js';

/** Says whether somebody who may publish vouches for a version at this moment: keys are revoked after they signed. */
@Injectable()
export class VersionTrust {
  constructor(
    private readonly keys: KeyRing,
    private readonly versions: VersionsRepository,
  ) {}

  /** @returns null when a job may use the version, else the half sentence that says why not */
  async refusal(copy: VersionCopy): Promise<string | null> {
    const { package: name, version, signedManifest, manifestDigest } = copy;
    const which = `version ${version} of ${name}`;
    if (signedManifest === null || manifestDigest === null)
      return `${which} is not signed by a publishing key; publish it once more`;
    const verified = await verifyManifest(signedManifest, manifestDigest, await this.keys.current(), Date.now());
    if (!verified.ok) return `${which} cannot be trusted: ${verified.why}`;
    // A genuine manifest of something else, sent under this name, is no manifest of this.
    const signed = verified.content as Partial<Manifest> | null;
    return signed?.package === name && signed.version === version
      ? null
      : `${which} cannot be trusted: what is signed is version ${signed?.version} of ${signed?.package}`;
  }

  /** Refusals by version id; versions that may be used are missing. */
  async refusals(sql: SqlExecutor, versionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const copies = versionIds.length === 0 ? [] : await this.versions.findByIds(sql, [...new Set(versionIds)]);
    const judged = await Promise.all(copies.map(async (copy) => [copy.versionId, await this.refusal(copy)] as const));
    return new Map(judged.filter((entry): entry is [string, string] => entry[1] !== null));
  }

  /** How the signatures of versions stand, by version id. */
  async signatures(sql: SqlExecutor, versionIds: readonly string[]): Promise<ReadonlyMap<string, SignatureView>> {
    const signed = await this.versions.signedManifests(sql, [...new Set(versionIds)]);
    const set = await this.keys.current();
    const views = [...signed].map(([id, jws]) => [id, signatureView(set, keyIdOf(jws), Date.now())] as const);
    return new Map(views.filter((entry): entry is [string, SignatureView] => entry[1] !== null));
  }
}

function keyIdOf(jws: string): string | null {
  try {
    return decodeProtectedHeader(jws).kid ?? null;
  } catch {
    return null;
  }
}
