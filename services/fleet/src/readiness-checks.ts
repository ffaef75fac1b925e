import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DatabaseHealth } from '@waybill/persistence';
import { HealthRegistry } from '@waybill/platform';

/**
 * What this service needs beside the broker. Not object storage: URLs are signed without asking it. Not presence: without
 * it, computers are shown as they were, and all else works.
 */
@Injectable()
export class ReadinessChecks implements OnModuleInit {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly database: DatabaseHealth,
  ) {}

  onModuleInit(): void {
    this.registry.register(this.database.name, () => this.database.check());
  }
}
