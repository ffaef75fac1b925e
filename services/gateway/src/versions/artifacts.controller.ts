import { Controller, Headers, HttpCode, Inject, Param, Put, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { type ArtifactView, PACKAGE_RPC } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { ObjectStorage } from '@waybill/object-storage';
import type { Request } from 'express';
import { Answers, Problems } from '../openapi/answers.js';
import { OBJECT_STORAGE } from '../object-storage.token.js';
import { declaredSha256 } from './content-digest.js';

@ApiTags('versions')
@Controller('packages/:name/versions/:version/artifacts')
export class ArtifactsController {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
  ) {}

  /**
   * Uploads one file of a draft: the raw bytes, any size. They are streamed into object storage while they are hashed and
   * never held whole in memory. A `Content-Digest` or `Repr-Digest` (sha-256) is checked.
   */
  @Put(':file')
  @HttpCode(200)
  @ApiConsumes('application/octet-stream')
  @ApiBody({ required: true, schema: { type: 'string', format: 'binary' } })
  @Answers(200, 'ArtifactView', 'What was stored.')
  @Problems(
    'version.notFound',
    'version.notDraft',
    'artifact.unknownFile',
    'upload.digestHeader',
    'upload.digestMismatch',
    'upload.sizeMismatch',
    'upload.aborted',
    'upload.notFound',
    'upload.closed',
    'upload.alreadyCompleted',
    'upload.objectMissing',
  )
  async upload(
    @Param('name') name: string,
    @Param('version') version: string,
    @Param('file') file: string,
    @Req() request: Request,
    @Headers('content-length') length?: string,
    @Headers('content-digest') contentDigest?: string,
    @Headers('repr-digest') reprDigest?: string,
  ): Promise<ArtifactView> {
    const expectedSha256 = declaredSha256(contentDigest, reprDigest);
    const ticket = await this.rpc.call(PACKAGE_RPC.uploadBegin, { package: name, version, file });
    try {
      const { sha256, size } = await this.storage.putHashed(ticket.objectKey, request, {
        ...(length === undefined ? {} : { expectedSize: Number(length) }),
        ...(expectedSha256 === undefined ? {} : { expectedSha256 }),
      });
      return await this.rpc.call(
        PACKAGE_RPC.uploadComplete,
        { uploadId: ticket.uploadId, sha256, size },
        { timeoutMs: 30_000 },
      );
    } catch (error) {
      // What cannot be tidied now is swept by the package service later.
      await this.rpc.call(PACKAGE_RPC.uploadAbort, { uploadId: ticket.uploadId }).catch(() => undefined);
      throw error;
    }
  }
}
