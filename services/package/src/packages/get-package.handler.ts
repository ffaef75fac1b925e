import { Controller } from '@nestjs/common';
import { PACKAGE_RPC, PackageRef, type PackageView } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { packageView } from './package-view.js';
import { demandCategory } from './package-limits.js';
import { packageMissing, PackagesRepository } from './packages.repository.js';

@Controller()
export class GetPackageHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly packages: PackagesRepository,
  ) {}

  /** @throws notFound `package.notFound` */
  @RpcHandler(PACKAGE_RPC.get, PackageRef)
  async handle({ name }: PackageRef): Promise<PackageView> {
    const entity = await this.packages.get(this.dataSource.manager, name);
    demandCategory(entity.category, 'packages.read', () => packageMissing(name));
    return packageView(entity);
  }
}
