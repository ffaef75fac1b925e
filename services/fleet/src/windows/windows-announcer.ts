import { Inject, Injectable } from '@nestjs/common';
import { Outbox } from '@waybill/messaging';
import type { ServiceKey } from '@waybill/trust';
import type { EntityManager } from 'typeorm';
import { SESSION_KEY } from '../sessions/keys.js';
import { sessionRefresh } from '../sessions/session-refresh.js';
import { COMPUTERS_CONCERNED } from './windows.sql.js';

/** Computers that are told at once: each comes for a new session. The others learn of it when they renew theirs, within the hour. */
const TOLD_AT_ONCE = 10_000;
/** Notices signed and stored at once, about 1 KiB each. */
const SIGNED_AT_ONCE = 1_000;

/** Has computers read their session again, which holds the windows of their groups, when those have changed. */
@Injectable()
export class WindowsAnnouncer {
  constructor(
    private readonly outbox: Outbox,
    @Inject(SESSION_KEY) private readonly key: ServiceKey,
  ) {}

  /** In the transaction that changed the windows of a group. */
  async changed(manager: EntityManager, name: string): Promise<void> {
    const now = new Date();
    const key = await this.key.current();
    const computers: { id: string }[] = await manager.query(COMPUTERS_CONCERNED, [name, TOLD_AT_ONCE]);
    for (let from = 0; from < computers.length; from += SIGNED_AT_ONCE) {
      const part = computers.slice(from, from + SIGNED_AT_ONCE);
      await this.outbox.add(manager, await Promise.all(part.map(({ id }) => sessionRefresh(key, id, now))));
    }
  }
}
