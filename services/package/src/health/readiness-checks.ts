import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { ObjectStorage } from '@waybill/object-storage';
import { DatabaseHealth } from '@waybill/persistence';
import { HealthRegistry } from '@waybill/platform';
import { OBJECT_STORAGE } from '../artifacts/object-storage.token.js';

/** What this service needs beside the broker. */
@Injectable()
export class ReadinessChecks implements OnModuleInit {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly database: DatabaseHealth,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
  ) {}

  onModuleInit(): void {
    this.registry.register(this.database.name, () => this.database.check());
    this.registry.register('objectStorage', async () => {
      await this.storage.check();
      return null;
    });
  }
}
