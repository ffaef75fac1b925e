import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@waybill/persistence';
import { PackageConfig } from '../config/package.config.js';
import { ArtifactsRepository } from './artifacts.repository.js';
import { DiscardedObjectsRepository } from './discarded-objects.repository.js';
import { ObjectDisposal } from './object-disposal.js';
import { UploadsRepository } from './uploads.repository.js';

const BATCH = 500;
/** A repeated `complete` is answered that long, in seconds. */
const REMEMBER_UPLOADS = 7 * 24 * 3600;

/**
 * Gives back what nobody needs: uploads that were never finished, content that no version refers to any more, copies of
 * content. Any number of replicas may sweep at once: each takes rows that the others have not locked.
 */
@Injectable()
export class UploadSweep {
  constructor(
    private readonly config: PackageConfig,
    private readonly work: UnitOfWork,
    private readonly uploads: UploadsRepository,
    private readonly artifacts: ArtifactsRepository,
    private readonly discarded: DiscardedObjectsRepository,
    private readonly disposal: ObjectDisposal,
  ) {}

  /** One sweep. It may die anywhere: each step commits what it gave up together with the objects to remove. */
  async run(): Promise<void> {
    await this.work.run(async (manager) => {
      await this.discarded.add(manager, await this.uploads.abandon(manager, this.config.uploadMaxAgeSeconds, BATCH));
      await this.uploads.forget(manager, REMEMBER_UPLOADS, BATCH);
    });
    await this.work.run(async (manager) => {
      await this.discarded.add(manager, await this.artifacts.takeUnreferenced(manager, BATCH));
    });
    while (await this.disposal.dispose(null));
  }
}
