import type { PersistenceOptions } from '@waybill/persistence';
import { ArtifactEntity } from './artifacts/artifact.entity.js';
import { DiscardedObjectEntity } from './artifacts/discarded-object.entity.js';
import { UploadEntity } from './artifacts/upload.entity.js';
import { VersionFileEntity } from './artifacts/version-file.entity.js';
import { Package1764000000000 } from './migrations/1764000000000-package.migration.js';
import { VersionSignatures1764000000001 } from './migrations/1764000000001-version-signatures.migration.js';
import { Multipart1764100000000 } from './migrations/1764100000000-multipart.migration.js';
import { MultipartUploadEntity } from './multipart/multipart-upload.entity.js';
import { PackageEntity } from './packages/package.entity.js';
import { VersionEntity } from './versions/version.entity.js';

/** The service's schema: nobody else reads or writes it. */
export const PACKAGE_PERSISTENCE: PersistenceOptions = {
  schema: 'package',
  entities: [
    PackageEntity,
    VersionEntity,
    VersionFileEntity,
    ArtifactEntity,
    UploadEntity,
    DiscardedObjectEntity,
    MultipartUploadEntity,
  ],
  migrations: [Package1764000000000, VersionSignatures1764000000001, Multipart1764100000000],
};
