import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { PACKAGE_RPC, type Page, type PageQuery, type VersionView } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import { manifestFromBody } from './manifest-body.js';

@ApiTags('versions')
@Controller('packages/:name/versions')
export class VersionsController {
  constructor(private readonly rpc: RpcClient) {}

  /** Creates a draft version from a manifest, as JSON or YAML. */
  @Post()
  @ApiConsumes('application/json', 'application/yaml')
  @ApiBody({ required: true, schema: { $ref: '#/components/schemas/Manifest' } })
  @Answers(201, 'VersionView', 'The draft; upload its artifacts next, then publish it.')
  @Problems('package.notFound', 'manifest.invalid', 'manifest.notYaml', 'manifest.tooLarge', 'version.exists')
  create(@Param('name') name: string, @Body() body: unknown): Promise<VersionView> {
    return this.rpc.call(PACKAGE_RPC.versionCreate, { package: name, manifest: manifestFromBody(body) });
  }

  /** Versions of a package, newest first. */
  @Get()
  @ApiListQuery('version, status, createdAt, publishedAt')
  @Answers(200, 'Page<VersionView>', 'One page of versions.')
  @Problems('package.notFound')
  list(@Param('name') name: string, @ListQuery() query: PageQuery): Promise<Page<VersionView>> {
    return this.rpc.call(PACKAGE_RPC.versionList, { package: name, ...query });
  }

  @Get(':version')
  @Answers(200, 'VersionView', 'The version with its manifest.')
  @Problems('version.notFound')
  get(@Param('name') name: string, @Param('version') version: string): Promise<VersionView> {
    return this.rpc.call(PACKAGE_RPC.versionGet, { package: name, version });
  }

  /** Makes the version installable and immutable. Publishing twice is the same as once. */
  @Post(':version/actions/publish')
  @HttpCode(200)
  @Answers(200, 'VersionView', 'The published version.')
  @Problems('version.notFound', 'version.artifactsMissing', 'version.withdrawn')
  publish(@Param('name') name: string, @Param('version') version: string): Promise<VersionView> {
    return this.rpc.call(PACKAGE_RPC.versionPublish, { package: name, version });
  }

  /** No new job may use the version; running jobs go on. */
  @Post(':version/actions/withdraw')
  @HttpCode(200)
  @Answers(200, 'VersionView', 'The withdrawn version.')
  @Problems('version.notFound', 'version.notPublished')
  withdraw(@Param('name') name: string, @Param('version') version: string): Promise<VersionView> {
    return this.rpc.call(PACKAGE_RPC.versionWithdraw, { package: name, version });
  }
}
