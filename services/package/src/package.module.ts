import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { AuditModule } from '@waybill/audit';
import { PACKAGE_RPC } from '@waybill/contracts';
import { MessagingModule } from '@waybill/messaging';
import { S3ObjectStorage } from '@waybill/object-storage';
import { PersistenceModule } from '@waybill/persistence';
import { ConfigError, freshText, HealthModule, LoggingModule } from '@waybill/platform';
import { KeyRing, ServiceKey } from '@waybill/trust';
import { AbortUploadHandler } from './artifacts/abort-upload.handler.js';
import { ArtifactsRepository } from './artifacts/artifacts.repository.js';
import { BeginUploadHandler } from './artifacts/begin-upload.handler.js';
import { CompleteUploadHandler } from './artifacts/complete-upload.handler.js';
import { DiscardedObjectsRepository } from './artifacts/discarded-objects.repository.js';
import { LockUpload } from './artifacts/lock-upload.js';
import { ObjectDisposal } from './artifacts/object-disposal.js';
import { OBJECT_STORAGE } from './artifacts/object-storage.token.js';
import { RegisterArtifact } from './artifacts/register-artifact.js';
import { UploadSweep } from './artifacts/upload-sweep.js';
import { UploadSweepTimer } from './artifacts/upload-sweep.timer.js';
import { UploadsRepository } from './artifacts/uploads.repository.js';
import { VersionFilesRepository } from './artifacts/version-files.repository.js';
import { PackageConfig } from './config/package.config.js';
import { ReadinessChecks } from './health/readiness-checks.js';
import { AbortMultipartHandler } from './multipart/abort-multipart.handler.js';
import { ArrivedParts } from './multipart/arrived-parts.js';
import { BeginMultipartHandler } from './multipart/begin-multipart.handler.js';
import { CompleteMultipartHandler } from './multipart/complete-multipart.handler.js';
import { GetMultipartHandler } from './multipart/get-multipart.handler.js';
import { MultipartOutcomeHandler } from './multipart/multipart-outcome.handler.js';
import { MultipartUploadsRepository } from './multipart/multipart-uploads.repository.js';
import { VerificationLoop } from './multipart/verification.loop.js';
import { VerificationsRepository } from './multipart/verifications.repository.js';
import { VerifyUpload } from './multipart/verify-upload.js';
import { CreatePackageHandler } from './packages/create-package.handler.js';
import { GetPackageHandler } from './packages/get-package.handler.js';
import { ListPackagesHandler } from './packages/list-packages.handler.js';
import { PackagesRepository } from './packages/packages.repository.js';
import { RemovePackageHandler } from './packages/remove-package.handler.js';
import { UpdatePackageHandler } from './packages/update-package.handler.js';
import { PACKAGE_PERSISTENCE } from './persistence.options.js';
import { CreateVersionHandler } from './versions/create-version.handler.js';
import { GetManifestHandler } from './versions/get-manifest.handler.js';
import { GetVersionHandler } from './versions/get-version.handler.js';
import { ListVersionsHandler } from './versions/list-versions.handler.js';
import { ManifestSignatures, PUBLISHING_KEY } from './versions/manifest-signatures.js';
import { PublishVersionHandler } from './versions/publish-version.handler.js';
import { VersionViews } from './versions/version-views.js';
import { VersionsRepository } from './versions/versions.repository.js';
import { WithdrawVersionHandler } from './versions/withdraw-version.handler.js';

const PACKAGES = [
  CreatePackageHandler,
  GetPackageHandler,
  ListPackagesHandler,
  UpdatePackageHandler,
  RemovePackageHandler,
];
const VERSIONS = [
  CreateVersionHandler,
  GetVersionHandler,
  GetManifestHandler,
  ListVersionsHandler,
  PublishVersionHandler,
  WithdrawVersionHandler,
];
const ARTIFACTS = [BeginUploadHandler, CompleteUploadHandler, AbortUploadHandler];
const MULTIPART = [
  BeginMultipartHandler,
  GetMultipartHandler,
  CompleteMultipartHandler,
  MultipartOutcomeHandler,
  AbortMultipartHandler,
];

const REPOSITORIES = [
  PackagesRepository,
  VersionsRepository,
  VersionFilesRepository,
  ArtifactsRepository,
  UploadsRepository,
  DiscardedObjectsRepository,
  MultipartUploadsRepository,
  VerificationsRepository,
];

const STORAGE: Provider = {
  provide: OBJECT_STORAGE,
  inject: [PackageConfig],
  useFactory: (config: PackageConfig) =>
    new S3ObjectStorage({
      endpoint: config.s3Endpoint,
      accessKey: config.s3AccessKey,
      secretKey: config.s3SecretKey,
      bucket: config.s3Bucket,
      region: config.s3Region,
    }),
};

/** Whose signatures count, and the key that signs for packagers, if there is one. Both may be replaced while we run. */
const KEYS: Provider[] = [
  {
    provide: KeyRing,
    inject: [PackageConfig],
    useFactory: async (config: PackageConfig) => {
      const ring = new KeyRing(freshText(config, 'keySet'));
      await ring.current().catch((error: Error) => {
        throw new ConfigError(`WAYBILL_KEY_SET (or WAYBILL_KEY_SET_FILE) cannot be used: ${error.message}.`);
      });
      return ring;
    },
  },
  {
    provide: PUBLISHING_KEY,
    inject: [PackageConfig, KeyRing],
    useFactory: (config: PackageConfig, ring: KeyRing) =>
      config.publishingKey === undefined ? null : new ServiceKey('publish', ring, freshText(config, 'publishingKey')),
  },
];

/** The service put together: what it answers, what it stores, what it does by itself. */
@Module({})
export class PackageModule {
  static with(config: PackageConfig): DynamicModule {
    return {
      module: PackageModule,
      imports: [
        LoggingModule.forRoot('package', config.logLevel),
        HealthModule,
        PersistenceModule.forRootAsync({
          ...PACKAGE_PERSISTENCE,
          useFactory: () => ({ url: config.databaseUrl, pool: config.databasePool }),
        }),
        AuditModule.forService('package', PACKAGE_RPC.auditList),
        MessagingModule.forRootAsync({
          service: 'package',
          useFactory: () => {
            const { brokerUrl, vhostPrefix } = config;
            return { brokerUrl, vhostPrefix, actorPublicKeys: freshText(config, 'actorPublicKeys') };
          },
          vhosts: ['services'],
          outbox: true,
        }),
      ],
      controllers: [...PACKAGES, ...VERSIONS, ...ARTIFACTS, ...MULTIPART],
      providers: [
        { provide: PackageConfig, useValue: config },
        ...REPOSITORIES,
        STORAGE,
        LockUpload,
        RegisterArtifact,
        ...KEYS,
        ManifestSignatures,
        VersionViews,
        ObjectDisposal,
        ArrivedParts,
        VerifyUpload,
        VerificationLoop,
        UploadSweep,
        UploadSweepTimer,
        ReadinessChecks,
      ],
    };
  }
}
