import { Injectable } from '@nestjs/common';
import { type FieldError, type Manifest, PACKAGE_RPC, type VersionView, WaybillError } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { hasControlCharacters } from '../jobs/check-order.js';
import { VersionTrust } from './version-trust.js';
import { type VersionCopy, VersionsRepository } from './versions.repository.js';
import { LOOKUP_TIMEOUT_MS } from './lookup-timeout.js';

export type VersionFound = { ok: true; versionId: string; manifest: Manifest } | { ok: false; error: FieldError };

/** Finds the published version that an order names: in our copies, and if it is not there by asking package, whose event may be on its way. */
@Injectable()
export class VersionLookup {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    private readonly versions: VersionsRepository,
    private readonly trust: VersionTrust,
  ) {}

  /** @throws WaybillError unavailable when package has to be asked and does not answer */
  async find(name: string, version: string): Promise<VersionFound> {
    // No name holds them, and the database would refuse the question.
    if (hasControlCharacters(name)) return unknownPackage(name);
    if (hasControlCharacters(version)) return unknownVersion(name, version);
    const copy = await this.versions.find(this.dataSource, name, version);
    if (copy?.withdrawn) return withdrawn(name, version);
    if (copy?.manifest && copy.signedManifest) return this.trusted(copy);
    return this.ask(name, version);
  }

  private async ask(name: string, version: string): Promise<VersionFound> {
    try {
      return await this.judge(
        await this.rpc.call(PACKAGE_RPC.versionGet, { package: name, version }, { timeoutMs: LOOKUP_TIMEOUT_MS }),
      );
    } catch (error) {
      if (!(error instanceof WaybillError) || error.kind === 'unavailable' || error.kind === 'internal') throw error;
      return error.code === 'package.notFound' ? unknownPackage(name) : unknownVersion(name, version);
    }
  }

  private async judge(view: VersionView): Promise<VersionFound> {
    const { id: versionId, package: name, version, manifest, manifestDigest, publishedAt } = view;
    if (view.status === 'withdrawn') return withdrawn(name, version);
    if (view.status === 'draft' || !manifestDigest || !publishedAt) {
      return refuse('/version', `version ${version} of ${name} is not published yet; publish it first`);
    }
    const { signedManifest } = await this.rpc.call(
      PACKAGE_RPC.versionManifest,
      { package: name, version },
      { timeoutMs: LOOKUP_TIMEOUT_MS },
    );
    // The event brings the object keys; until then the job may be made and even start.
    await this.versions.published(this.dataSource, {
      versionId,
      package: name,
      version,
      manifest,
      manifestDigest,
      publishedAt,
      signedManifest,
    });
    return this.trusted({
      versionId,
      package: name,
      version,
      manifest,
      manifestDigest,
      signedManifest,
      withdrawn: false,
    });
  }

  private async trusted(copy: VersionCopy): Promise<VersionFound> {
    const refusal = await this.trust.refusal(copy);
    return refusal === null
      ? { ok: true, versionId: copy.versionId, manifest: copy.manifest! }
      : refuse('/version', refusal);
  }
}

function unknownPackage(name: string): VersionFound {
  return refuse('/package', `there is no package ${JSON.stringify(name)}`);
}

function unknownVersion(name: string, version: string): VersionFound {
  return refuse('/version', `there is no version ${JSON.stringify(version)} of package ${JSON.stringify(name)}`);
}

function withdrawn(name: string, version: string): VersionFound {
  return refuse('/version', `version ${version} of ${name} has been withdrawn`);
}

function refuse(pointer: string, message: string): VersionFound {
  return { ok: false, error: { pointer, message } };
}
