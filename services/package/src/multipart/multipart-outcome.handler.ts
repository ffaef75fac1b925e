import { Controller } from '@nestjs/common';
import { type MultipartOutcome, MultipartRef, PACKAGE_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { demandPackage } from '../packages/package-limits.js';
import { versionMissing, VersionsRepository } from '../versions/versions.repository.js';
import { outcomeOf } from './multipart-upload.js';
import { MultipartUploadsRepository } from './multipart-uploads.repository.js';

@Controller()
export class MultipartOutcomeHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly versions: VersionsRepository,
    private readonly multiparts: MultipartUploadsRepository,
  ) {}

  /**
   * What a completion has come to so far; asks nobody else, so it may be asked often.
   * @throws notFound `version.notFound`, `upload.notFound`; conflict `upload.closed`; what the upload was refused with
   */
  @RpcHandler(PACKAGE_RPC.multipartOutcome, MultipartRef)
  async handle({ uploadId, ...ref }: MultipartRef): Promise<MultipartOutcome> {
    const { manager } = this.dataSource;
    const version = await this.versions.get(manager, ref);
    await demandPackage(manager, ref.package, 'packages.write', () => versionMissing(ref));
    return outcomeOf(await this.multiparts.get(manager, version.id, uploadId));
  }
}
