import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CreatePackage,
  PACKAGE_RPC,
  type PackageView,
  type Page,
  type PageQuery,
  UpdatePackage,
} from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { IfMatch } from '../http/if-match.decorator.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';

@ApiTags('packages')
@Controller('packages')
export class PackagesController {
  constructor(private readonly rpc: RpcClient) {}

  /** Registers a package: a name under which versions are published. */
  @Post()
  @Answers(201, 'PackageView', 'The new package.')
  @Problems('package.exists')
  create(@Body() body: CreatePackage): Promise<PackageView> {
    return this.rpc.call(PACKAGE_RPC.create, body);
  }

  /** Packages, by default in order of name. */
  @Get()
  @ApiListQuery('name, title, publisher, category, createdAt, updatedAt')
  @Answers(200, 'Page<PackageView>', 'One page of packages.')
  list(@ListQuery() query: PageQuery): Promise<Page<PackageView>> {
    return this.rpc.call(PACKAGE_RPC.list, query);
  }

  @Get(':name')
  @Answers(200, 'PackageView', 'The package.')
  @Problems('package.notFound')
  get(@Param('name') name: string): Promise<PackageView> {
    return this.rpc.call(PACKAGE_RPC.get, { name });
  }

  /** Changes the description of a package; with `If-Match` only when nobody else has changed it since. */
  @Patch(':name')
  @Answers(200, 'PackageView', 'The changed package.')
  @Problems('package.notFound', 'precondition.failed')
  update(
    @Param('name') name: string,
    @Body() changes: UpdatePackage,
    @IfMatch() revision?: number,
  ): Promise<PackageView> {
    return this.rpc.call(PACKAGE_RPC.update, { name, changes, ...(revision === undefined ? {} : { revision }) });
  }

  /** Removes a package that has no published version. */
  @Delete(':name')
  @HttpCode(204)
  @Answers(204, null, 'Removed.')
  @Problems('package.notFound', 'package.inUse')
  async remove(@Param('name') name: string): Promise<void> {
    await this.rpc.call(PACKAGE_RPC.remove, { name });
  }
}
