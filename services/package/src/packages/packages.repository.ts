import { Injectable } from '@nestjs/common';
import { type CreatePackage, notFound } from '@waybill/contracts';
import type { EntityManager } from 'typeorm';
import { isPlainText } from '@waybill/packaging';
import type { PackageDetails } from './package.js';
import { PackageEntity } from './package.entity.js';

/** Table `packages`. Every method works in the caller's transaction. */
@Injectable()
export class PackagesRepository {
  /** @throws notFound `package.notFound` */
  async get(manager: EntityManager, name: string): Promise<PackageEntity> {
    return found(name, isPlainText(name) ? await manager.findOneBy(PackageEntity, { name }) : null);
  }

  /** Like get, and nobody else changes the package or adds a version until the transaction ends. */
  async lock(manager: EntityManager, name: string): Promise<PackageEntity> {
    const lock = { mode: 'pessimistic_write' } as const;
    return found(name, isPlainText(name) ? await manager.findOne(PackageEntity, { where: { name }, lock }) : null);
  }

  /** Like get, and nobody removes the package until the transaction ends. */
  async hold(manager: EntityManager, name: string): Promise<PackageEntity> {
    const lock = { mode: 'for_key_share' } as const;
    return found(name, isPlainText(name) ? await manager.findOne(PackageEntity, { where: { name }, lock }) : null);
  }

  /** False when a package of that name exists. Two inserts at the same moment: one waits for the other and gets false. */
  async insert(
    manager: EntityManager,
    { name, title, publisher, description, category }: CreatePackage,
    lastRequest: string,
  ): Promise<boolean> {
    const insert = manager.createQueryBuilder().insert().into(PackageEntity);
    const result = await insert
      .values({ name, title, publisher, description, category, lastRequest })
      .orIgnore()
      .returning('name')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  async update(manager: EntityManager, name: string, details: PackageDetails, lastRequest: string): Promise<void> {
    await manager.update(
      PackageEntity,
      { name },
      { ...details, lastRequest, revision: () => 'revision + 1', updatedAt: () => 'now()' },
    );
  }

  /** Takes its drafts along. */
  async remove(manager: EntityManager, name: string): Promise<void> {
    await manager.delete(PackageEntity, { name });
  }
}

function found(name: string, entity: PackageEntity | null): PackageEntity {
  return entity ?? packageMissing(name);
}

/** @throws notFound `package.notFound` */
export function packageMissing(name: string): never {
  throw notFound('package.notFound', `There is no package "${name}".`);
}
