import { Inject, Injectable } from '@nestjs/common';
import { Outbox } from '@waybill/messaging';
import type { ServiceKey } from '@waybill/trust';
import type { EntityManager } from 'typeorm';
import { SESSION_KEY } from '../sessions/keys.js';
import { sessionRefresh } from '../sessions/session-refresh.js';
import { COMPUTERS_BELOW } from './windows.sql.js';

/** Notices signed and stored at once, about 1 KiB each: a group may have a hundred thousand members. */
const NOTICES_AT_ONCE = 1000;

/** Has computers read their session again, which holds the windows of their groups, when those have changed. */
@Injectable()
export class WindowsAnnouncer {
  constructor(
    private readonly outbox: Outbox,
    @Inject(SESSION_KEY) private readonly key: ServiceKey,
  ) {}

  /** In the transaction that changed the windows of a group: they may hold for groups below it, too. */
  async changed(manager: EntityManager, name: string): Promise<void> {
    const now = new Date();
    const key = await this.key.current();
    let after: string | null = null;
    do {
      const page: { id: string }[] = await manager.query(COMPUTERS_BELOW, [name, after, NOTICES_AT_ONCE]);
      await this.outbox.add(manager, await Promise.all(page.map(({ id }) => sessionRefresh(key, id, now))));
      after = page.length === NOTICES_AT_ONCE ? page.at(-1)!.id : null;
    } while (after !== null);
  }
}
