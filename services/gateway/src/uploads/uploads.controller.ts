import { Body, Controller, Delete, Get, Header, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import { type ArtifactView, MultipartAnnouncement, PACKAGE_RPC, SentParts } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { ObjectStorage } from '@waybill/object-storage';
import type { Response } from 'express';
import { Flag } from '../http/flag.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { OBJECT_STORAGE } from '../object-storage.token.js';
import { Answers, Problems } from '../openapi/answers.js';
import { awaitArtifact } from './await-artifact.js';
import { withUrls } from './part-urls.js';
import type { UploadView } from './uploads.views.js';

/** Object storage is asked before the answer, too. */
const TIMEOUT_MS = 30_000;

@ApiTags('versions')
@Controller('packages/:name/versions/:version/uploads')
export class UploadsController {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
  ) {}

  /**
   * Begins the upload of a very large file of a draft: `PUT` each part to its URL, straight into object storage, in any order, several
   * at once; a part that failed is sent again. Then complete the upload with the `ETag` that each part was answered with.
   * A repetition with the same `Idempotency-Key` is answered without URLs: get the upload with fresh ones.
   */
  @Post()
  @Header('Cache-Control', 'no-store')
  @Answers(201, 'UploadView', 'The open upload, with a URL for each part.')
  @Problems(
    'version.notFound',
    'version.notDraft',
    'artifact.unknownFile',
    'upload.sizeMismatch',
    'upload.digestMismatch',
  )
  async begin(
    @Param('name') name: string,
    @Param('version') version: string,
    @Body() body: MultipartAnnouncement,
  ): Promise<UploadView> {
    const request = { package: name, version, ...body };
    return withUrls(this.storage, await this.rpc.call(PACKAGE_RPC.multipartBegin, request, { timeoutMs: TIMEOUT_MS }));
  }

  /** How far an upload is and which parts have arrived; with fresh URLs, when they are asked for, to resume it. */
  @Get(':id')
  @Header('Cache-Control', 'no-store')
  @ApiQuery({ name: 'urls', required: false, type: Boolean, description: 'whether each part is given with a URL' })
  @Answers(200, 'UploadView', 'The upload.')
  @Problems('version.notFound', 'upload.notFound', 'upload.closed')
  async get(
    @Param('name') name: string,
    @Param('version') version: string,
    @Param('id', IdPipe) uploadId: string,
    @Flag('urls') urls: boolean,
  ): Promise<UploadView> {
    const request = { package: name, version, uploadId };
    const ticket = await this.rpc.call(PACKAGE_RPC.multipartGet, request, { timeoutMs: TIMEOUT_MS });
    return urls ? withUrls(this.storage, ticket) : ticket.upload;
  }

  /** Gives an open upload up; its parts are removed. */
  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'Given up.')
  @Problems('version.notFound', 'upload.notFound', 'upload.verifying', 'upload.alreadyCompleted')
  async abort(
    @Param('name') name: string,
    @Param('version') version: string,
    @Param('id', IdPipe) uploadId: string,
  ): Promise<void> {
    const request = { package: name, version, uploadId };
    await this.rpc.call(PACKAGE_RPC.multipartAbort, request, { timeoutMs: TIMEOUT_MS });
  }

  /**
   * Makes the file of its parts. It is read once to compute size and SHA-256, which takes a while for a large file; the call waits.
   * It may be repeated at any time with the same parts and answers the same: a client that lost the answer, or was told
   * `upload.verificationPending`, calls again. As long as parts are missing or wrong the upload stays open.
   */
  @Post(':id/actions/complete')
  @HttpCode(200)
  @Answers(200, 'ArtifactView', 'What was stored.')
  @Problems(
    'version.notFound',
    'version.notDraft',
    'upload.notFound',
    'upload.partMissing',
    'upload.partMismatch',
    'upload.sizeMismatch',
    'upload.digestMismatch',
    'upload.closed',
    'upload.alreadyCompleted',
    'upload.objectMissing',
    'upload.verificationPending',
  )
  async complete(
    @Param('name') name: string,
    @Param('version') version: string,
    @Param('id', IdPipe) uploadId: string,
    @Body() { parts }: SentParts,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ArtifactView> {
    const closed = new AbortController();
    response.on('close', () => closed.abort());
    const upload = { package: name, version, uploadId };
    const begun = await this.rpc.call(PACKAGE_RPC.multipartComplete, { ...upload, parts }, { timeoutMs: TIMEOUT_MS });
    const ask = () => this.rpc.call(PACKAGE_RPC.multipartOutcome, upload);
    return awaitArtifact(begun, ask, { signal: closed.signal });
  }
}
