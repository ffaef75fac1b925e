import { Controller } from '@nestjs/common';
import { PACKAGE_RPC, type Page, VersionListRequest, type VersionView } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { VersionFilesRepository } from '../artifacts/version-files.repository.js';
import { demandCategory } from '../packages/package-limits.js';
import { packageMissing, PackagesRepository } from '../packages/packages.repository.js';
import { pageThatFits } from './page-that-fits.js';
import type { VersionEntity } from './version.entity.js';
import { VersionViews } from './version-views.js';

const LIST: ListSpec = {
  select: `id, package, version, version_scheme AS scheme, status, manifest, manifest_digest AS "manifestDigest", signed_by AS "signedBy",
    created_at AS "createdAt", published_at AS "publishedAt", withdrawn_at AS "withdrawnAt", revision`,
  from: 'versions',
  where: 'package = $1',
  fields: {
    version: { sql: 'version', type: 'text', sortable: true },
    status: { sql: 'status', type: 'enum', values: ['draft', 'published', 'withdrawn'], sortable: true },
    createdAt: { sql: 'created_at', type: 'timestamp', sortable: true },
    publishedAt: { sql: 'published_at', type: 'timestamp' },
  },
  defaultSort: '-createdAt',
  unique: 'version',
};

@Controller()
export class ListVersionsHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly packages: PackagesRepository,
    private readonly files: VersionFilesRepository,
    private readonly views: VersionViews,
  ) {}

  /**
   * Newest first, unless the query sorts.
   * @throws notFound `package.notFound`; invalid `filter.*`, `sort.unknownField`, `cursor.invalid`
   */
  @RpcHandler(PACKAGE_RPC.versionList, VersionListRequest)
  async handle({ package: name, ...query }: VersionListRequest): Promise<Page<VersionView>> {
    const { manager } = this.dataSource;
    const { category } = await this.packages.get(manager, name);
    demandCategory(category, 'packages.read', () => packageMissing(name));
    const read = (limit = query.limit) => keysetPage<VersionEntity>(manager, LIST, { ...query, limit }, [name]);
    const { items, nextCursor } = await pageThatFits(read);
    const stored = await this.files.ofAll(
      manager,
      items.map(({ id }) => id),
    );
    const views = items.map((version) => this.views.of(version, stored.get(version.id)!));
    return { items: await Promise.all(views), nextCursor };
  }
}
