import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ObjectStorage } from '@waybill/object-storage';
import { UnitOfWork } from '@waybill/persistence';
import { DiscardedObjectsRepository } from './discarded-objects.repository.js';
import { OBJECT_STORAGE } from './object-storage.token.js';

const BATCH = 50;
const RETRY_SECONDS = 300;

/** Removes discarded objects from the bucket. Removing one twice, or one that is not there, is the same as once. */
@Injectable()
export class ObjectDisposal {
  private readonly log = new Logger(ObjectDisposal.name);

  constructor(
    private readonly work: UnitOfWork,
    private readonly discarded: DiscardedObjectsRepository,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
  ) {}

  /**
   * Removes these objects, or some of all that are due. Never throws for the object storage: what fails is tried again later.
   * @returns true when there may be more
   */
  async dispose(only: string[] | null): Promise<boolean> {
    return this.work.run(async (manager) => {
      const keys = await this.discarded.takeDue(manager, BATCH, only);
      const outcomes = await Promise.allSettled(keys.map((key) => this.storage.remove(key)));
      const failed = keys.filter((_, index) => outcomes[index]!.status === 'rejected');
      await this.discarded.forget(
        manager,
        keys.filter((key) => !failed.includes(key)),
      );
      await this.discarded.postpone(manager, failed, RETRY_SECONDS);
      const reason: unknown = outcomes.find((outcome) => outcome.status === 'rejected')?.reason;
      if (failed.length > 0)
        this.log.warn(
          `${failed.length} objects could not be removed, next try in ${RETRY_SECONDS} s: ${String(reason)}`,
        );
      return keys.length === BATCH;
    });
  }
}
