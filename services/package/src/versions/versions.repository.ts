import { Injectable } from '@nestjs/common';
import { type Manifest, notFound, type VersionRef, type VersionStatus } from '@waybill/contracts';
import { type EntityManager, Not } from 'typeorm';
import { isPlainText } from '@waybill/packaging';
import type { SignedManifest } from './manifest-signatures.js';
import { VersionEntity } from './version.entity.js';

/** What is fixed when a version is published. */
export interface PublishedContent extends SignedManifest {
  manifest: Manifest;
  manifestDigest: string;
}

/** Table `versions`. Every method works in the caller's transaction. */
@Injectable()
export class VersionsRepository {
  /** @throws notFound `version.notFound` */
  async get(manager: EntityManager, ref: VersionRef): Promise<VersionEntity> {
    return found(ref, await this.find(manager, ref));
  }

  /** Like get, and nobody else changes the version until the transaction ends. New uploads may begin. */
  async lock(manager: EntityManager, ref: VersionRef): Promise<VersionEntity> {
    return found(ref, await this.find(manager, ref, 'for_no_key_update'));
  }

  /** Null when the version is gone. */
  lockById(manager: EntityManager, id: string): Promise<VersionEntity | null> {
    return manager.findOne(VersionEntity, { where: { id }, lock: { mode: 'for_no_key_update' } });
  }

  /** Locks every version of the package and answers the names of those that were ever published, in order of name. */
  async lockPublished(manager: EntityManager, packageName: string): Promise<string[]> {
    const versions = await manager.find(VersionEntity, {
      where: { package: packageName },
      select: { id: true, version: true, status: true },
      order: { version: 'ASC' },
      lock: { mode: 'pessimistic_write' },
    });
    return versions.filter(({ status }) => status !== 'draft').map(({ version }) => version);
  }

  /** False when the package has that version already. Two inserts at the same moment: one waits for the other and gets false. */
  async insert(
    manager: EntityManager,
    draft: Pick<VersionEntity, 'id' | 'package' | 'version' | 'scheme' | 'manifest'>,
  ): Promise<boolean> {
    const insert = manager.createQueryBuilder().insert().into(VersionEntity);
    const result = await insert
      .values({ ...draft, status: 'draft' })
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  /** Publishes a draft, or puts another signature under a published version: the content of that one does not change. */
  async markPublished(
    manager: EntityManager,
    { id, status }: Pick<VersionEntity, 'id' | 'status'>,
    { manifest, manifestDigest, signedManifest, signedBy }: PublishedContent,
  ): Promise<VersionEntity> {
    const signature = { signedManifest, signedBy, revision: () => 'revision + 1' };
    const columns =
      status === 'draft'
        ? {
            ...signature,
            status: 'published' as VersionStatus,
            manifest,
            manifestDigest,
            publishedAt: () => 'now()',
          }
        : signature;
    await manager.createQueryBuilder().update(VersionEntity).set(columns).where({ id, status }).execute();
    return manager.findOneByOrFail(VersionEntity, { id });
  }

  async markWithdrawn(manager: EntityManager, id: string): Promise<VersionEntity> {
    const columns = {
      status: 'withdrawn' as VersionStatus,
      withdrawnAt: () => 'now()',
      revision: () => 'revision + 1',
    };
    await manager.update(VersionEntity, { id, status: Not('draft') }, columns);
    return manager.findOneByOrFail(VersionEntity, { id });
  }

  /** Something that the version's view shows has changed. */
  async touch(manager: EntityManager, id: string): Promise<void> {
    await manager.increment(VersionEntity, { id }, 'revision', 1);
  }

  private async find(
    manager: EntityManager,
    ref: VersionRef,
    mode?: 'for_no_key_update',
  ): Promise<VersionEntity | null> {
    if (!isPlainText(ref.package) || !isPlainText(ref.version)) return null;
    const where = { package: ref.package, version: ref.version };
    return manager.findOne(VersionEntity, { where, ...(mode ? { lock: { mode } } : {}) });
  }
}

function found(ref: VersionRef, entity: VersionEntity | null): VersionEntity {
  return entity ?? versionMissing(ref);
}

/** @throws notFound `version.notFound` */
export function versionMissing(ref: VersionRef): never {
  throw notFound('version.notFound', `Package "${ref.package}" has no version "${ref.version}".`);
}
