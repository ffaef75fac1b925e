import { Controller } from '@nestjs/common';
import { PACKAGE_RPC, PackageRef, type PackageView } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { packageView } from './package-view.js';
import { PackagesRepository } from './packages.repository.js';

@Controller()
export class GetPackageHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly packages: PackagesRepository,
  ) {}

  /** @throws notFound `package.notFound` */
  @RpcHandler(PACKAGE_RPC.get, PackageRef)
  async handle({ name }: PackageRef): Promise<PackageView> {
    return packageView(await this.packages.get(this.dataSource.manager, name));
  }
}
