import { Controller, Inject } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { BeginMultipart, type MultipartTicket, PACKAGE_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { type ObjectStorage, planPartSize } from '@waybill/object-storage';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { OBJECT_STORAGE } from '../artifacts/object-storage.token.js';
import { checkExpected, decideBegin } from '../artifacts/upload.js';
import { UploadsRepository } from '../artifacts/uploads.repository.js';
import { PackageConfig } from '../config/package.config.js';
import { versionObject } from '../versions/version-object.js';
import { demandPackage } from '../packages/package-limits.js';
import { versionMissing, VersionsRepository } from '../versions/versions.repository.js';
import { multipartTicket } from './multipart-ticket.js';
import { MultipartUploadsRepository } from './multipart-uploads.repository.js';

@Controller()
export class BeginMultipartHandler {
  constructor(
    private readonly config: PackageConfig,
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly versions: VersionsRepository,
    private readonly uploads: UploadsRepository,
    private readonly multiparts: MultipartUploadsRepository,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
  ) {}

  /**
   * The upload is stored before object storage begins it: whatever happens in between, the sweep knows its object.
   * @throws notFound `version.notFound`, `artifact.unknownFile`; conflict `version.notDraft`; invalid `upload.tooLarge`,
   * `upload.sizeMismatch`, `upload.digestMismatch` when the manifest expects something else
   */
  @RpcHandler(PACKAGE_RPC.multipartBegin, BeginMultipart)
  async handle({ file, size, sha256, ...ref }: BeginMultipart): Promise<MultipartTicket> {
    const announced = { announcedSize: size, announcedSha256: sha256 ?? null, partSize: planPartSize(size) };
    const uploadId = uuidv7();
    const objectKey = `artifacts/${uploadId}`;
    const versionId = await this.work.run(async (manager) => {
      const version = await this.versions.lock(manager, ref);
      await demandPackage(manager, ref.package, 'packages.write', () => versionMissing(ref));
      decideBegin(version, file);
      checkExpected(version, file, { size, sha256: sha256 ?? null });
      await this.uploads.begin(manager, { id: uploadId, versionId: version.id, file, objectKey });
      await this.multiparts.add(manager, { uploadId, ...announced });
      await this.audit.record(manager, {
        action: 'upload.begun',
        object: versionObject(version),
        details: { file, size, sha256: sha256 ?? null, uploadId },
      });
      return version.id;
    });
    const { manager } = this.dataSource;
    await this.multiparts.markBegun(manager, uploadId, await this.storage.beginParts(objectKey));
    const upload = await this.multiparts.get(manager, versionId, uploadId);
    return multipartTicket(upload, [], this.config.uploadMaxAgeSeconds);
  }
}
