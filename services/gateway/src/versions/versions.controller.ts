import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { PACKAGE_RPC, type Page, type PageQuery, PublishVersion, type VersionView } from '@waybill/contracts';
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

  /** The exact bytes that a publishing key signs: the manifest with every artifact's digest and size, as RFC 8785 writes it. */
  @Get(':version/manifest')
  @Header('content-type', 'application/json; charset=utf-8')
  @Answers(200, 'Manifest', 'The manifest, byte by byte as it is signed.')
  @Problems('version.notFound', 'version.artifactsMissing')
  async manifest(@Param('name') name: string, @Param('version') version: string): Promise<string> {
    return (await this.rpc.call(PACKAGE_RPC.versionManifest, { package: name, version })).manifest;
  }

  /**
   * Makes the version installable and immutable, vouched for by a publishing key. Publishing twice is the same as once; a
   * version whose signature no longer counts is signed anew.
   */
  @Post(':version/actions/publish')
  @HttpCode(200)
  @Answers(200, 'VersionView', 'The published version.')
  @Problems(
    'version.notFound',
    'version.artifactsMissing',
    'version.withdrawn',
    'version.signatureMissing',
    'version.signatureInvalid',
    'version.signingKeyUnusable',
  )
  publish(
    @Param('name') name: string,
    @Param('version') version: string,
    @Body() body: PublishVersion,
  ): Promise<VersionView> {
    return this.rpc.call(PACKAGE_RPC.versionPublish, { package: name, version, ...body });
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
