import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BrokerManagement } from '../presence/broker-management.js';
import { type Revocation, RevocationsRepository } from './revocations.repository.js';

/** Taken at a time. */
const LIMIT = 100;

/** After so many tries the connection ends by itself: its token has expired by then. */
const MAX_ATTEMPTS = 130;

/**
 * Closes connections that stand on rights their computer lost: the broker looks at a token when it is presented and
 * when something is subscribed, not in between. A computer that already fetched a new token is left alone.
 */
@Injectable()
export class CloseRevoked {
  private readonly logger = new Logger('Revocations');

  constructor(
    private readonly dataSource: DataSource,
    private readonly revocations: RevocationsRepository,
    private readonly management: BrokerManagement,
  ) {}

  /** Works off what is due now. */
  async run(): Promise<void> {
    for (
      let claimed = await this.claim();
      claimed.length > 0;
      claimed = claimed.length < LIMIT ? [] : await this.claim()
    ) {
      const settled = await Promise.all(
        claimed.map(async (revocation) => ((await this.settle(revocation)) ? [revocation] : [])),
      );
      await this.revocations.done(this.dataSource, settled.flat());
    }
  }

  private claim(): Promise<Revocation[]> {
    return this.revocations.claim(this.dataSource, LIMIT);
  }

  /** False to try again when the lease ends. */
  private async settle({ computerId, close, attempts }: Revocation): Promise<boolean> {
    if (!close) return true;
    try {
      await this.management.closeConnections(computerId, 'the rights of this computer changed');
      return true;
    } catch (error) {
      this.logger.warn(`the connection of computer ${computerId} could not be closed: ${(error as Error).message}`);
      return attempts >= MAX_ATTEMPTS;
    }
  }
}
