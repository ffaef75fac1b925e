import { Controller } from '@nestjs/common';
import { BeginUpload, PACKAGE_RPC, type UploadTicket } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { v7 as uuidv7 } from 'uuid';
import { demandPackage } from '../packages/package-limits.js';
import { versionMissing, VersionsRepository } from '../versions/versions.repository.js';
import { decideBegin } from './upload.js';
import { UploadsRepository } from './uploads.repository.js';

@Controller()
export class BeginUploadHandler {
  constructor(
    private readonly work: UnitOfWork,
    private readonly versions: VersionsRepository,
    private readonly uploads: UploadsRepository,
  ) {}

  /**
   * Every upload gets an object of its own, so that two at the same moment cannot write over each other. The ticket is
   * stored before it is given out: whatever happens to the caller, the sweep knows the object.
   * @throws notFound `version.notFound`, `artifact.unknownFile`; conflict `version.notDraft`
   */
  @RpcHandler(PACKAGE_RPC.uploadBegin, BeginUpload)
  async handle({ file, ...ref }: BeginUpload): Promise<UploadTicket> {
    return this.work.run(async (manager) => {
      const version = await this.versions.lock(manager, ref);
      await demandPackage(manager, ref.package, 'packages.write', () => versionMissing(ref));
      decideBegin(version, file);
      const uploadId = uuidv7();
      const objectKey = `artifacts/${uploadId}`;
      await this.uploads.begin(manager, { id: uploadId, versionId: version.id, file, objectKey });
      return { uploadId, objectKey };
    });
  }
}
