import { Controller } from '@nestjs/common';
import { MultipartRef, type MultipartTicket, PACKAGE_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { PackageConfig } from '../config/package.config.js';
import { demandPackage } from '../packages/package-limits.js';
import { versionMissing, VersionsRepository } from '../versions/versions.repository.js';
import { ArrivedParts, givenUpByStorage } from './arrived-parts.js';
import { multipartTicket } from './multipart-ticket.js';
import { MultipartUploadsRepository } from './multipart-uploads.repository.js';

@Controller()
export class GetMultipartHandler {
  constructor(
    private readonly config: PackageConfig,
    private readonly dataSource: DataSource,
    private readonly versions: VersionsRepository,
    private readonly multiparts: MultipartUploadsRepository,
    private readonly arrived: ArrivedParts,
  ) {}

  /** @throws notFound `version.notFound`, `upload.notFound`; conflict `upload.closed` when object storage has given the upload up */
  @RpcHandler(PACKAGE_RPC.multipartGet, MultipartRef)
  async handle({ uploadId, ...ref }: MultipartRef): Promise<MultipartTicket> {
    const { manager } = this.dataSource;
    const version = await this.versions.get(manager, ref);
    await demandPackage(manager, ref.package, 'packages.write', () => versionMissing(ref));
    const seen = await this.multiparts.get(manager, version.id, uploadId);
    const arrived = await this.arrived.of(seen);
    // it may have been completed or aborted since
    const upload = arrived ? seen : await this.multiparts.get(manager, version.id, uploadId);
    if (!arrived && upload.status === 'pending') throw givenUpByStorage(upload);
    return multipartTicket(upload, arrived ?? [], this.config.uploadMaxAgeSeconds);
  }
}
