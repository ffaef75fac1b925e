import { Controller } from '@nestjs/common';
import { PACKAGE_RPC, type PackageView, type Page, PageQuery } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import type { PackageEntity } from './package.entity.js';
import { permittedCategories } from './package-limits.js';
import { packageView } from './package-view.js';

const LIST: ListSpec = {
  select: `name, title, publisher, description, category, created_at AS "createdAt", updated_at AS "updatedAt", revision`,
  from: 'packages',
  // within the categories of who asks
  where: '($1::text[] IS NULL OR category = ANY($1))',
  fields: {
    name: { sql: 'name', type: 'text', sortable: true },
    title: { sql: 'title', type: 'text', sortable: true },
    publisher: { sql: `coalesce(publisher, '')`, type: 'text', sortable: true },
    category: { sql: `coalesce(category, '')`, type: 'text', sortable: true },
    createdAt: { sql: 'created_at', type: 'timestamp', sortable: true },
    updatedAt: { sql: 'updated_at', type: 'timestamp', sortable: true },
  },
  defaultSort: 'name',
  unique: 'name',
};

@Controller()
export class ListPackagesHandler {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws invalid `filter.*`, `sort.unknownField`, `cursor.invalid` */
  @RpcHandler(PACKAGE_RPC.list, PageQuery)
  async handle(query: PageQuery): Promise<Page<PackageView>> {
    const { items, nextCursor } = await keysetPage<PackageEntity>(this.dataSource, LIST, query, [
      permittedCategories('packages.read'),
    ]);
    return { items: items.map(packageView), nextCursor };
  }
}
