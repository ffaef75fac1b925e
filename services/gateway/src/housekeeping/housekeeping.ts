import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { IdempotentRequestsRepository } from '../idempotency/idempotent-requests.repository.js';
import { PendingLoginsRepository } from '../oidc/pending-logins.repository.js';
import { CredentialsRepository } from '../session/credentials.repository.js';
import { LoginThrottle } from '../session/login-throttle.js';
import { DeliveriesRepository } from '../webhooks/deliveries.repository.js';

const EVERY_MS = 3_600_000;

/** Removes what has had its time: expired credentials, recorded answers, failed logins, logins that nobody came back from and deliveries to webhooks. Several replicas may do it at once. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Housekeeping.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly requests: IdempotentRequestsRepository,
    private readonly logins: PendingLoginsRepository,
    private readonly throttle: LoginThrottle,
    private readonly deliveries: DeliveriesRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      // Nothing depends on the moment: the next hour tries again.
      this.run().catch((error: unknown) => this.logger.warn({ err: error }, 'housekeeping failed'));
    }, EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async run(): Promise<void> {
    await this.credentials.removeExpired();
    await this.requests.removeOld();
    await this.logins.removeExpired();
    await this.throttle.removeOld();
    await this.deliveries.removeOld();
  }
}
