import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import { RevocationsRepository } from '../sessions/revocations.repository.js';
import type { ConnectionChange } from './presence-batch.js';
import { CLOSE, CLOSE_MISSING, LOCK, OPEN, REFRESH, STRANGERS, SWEEP } from './presence.sql.js';

/** A connection that the broker lists. */
export interface LiveConnection {
  name: string;
  computerId: string;
  connectedAt: Date;
}

/** Who is connected. All writes are idempotent and in any order of replicas come to the same end. */
@Injectable()
export class PresenceRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly revocations: RevocationsRepository,
  ) {}

  /** Applies a folded batch of events. */
  apply(changes: readonly ConnectionChange[]): Promise<void> {
    const opened = changes.flatMap(({ name, computerId, connectedAt }) =>
      computerId && connectedAt ? [{ name, computerId, connectedAt }] : [],
    );
    const closed = changes.flatMap(({ name, closedAt }) => (closedAt ? [{ name, closedAt }] : []));
    return this.work.run(async (manager) => {
      await manager.query(LOCK);
      const concerned = [...(await this.open(manager, opened)), ...(await this.close(manager, closed))];
      await this.refresh(manager, concerned);
    });
  }

  /**
   * Takes the broker's list for the truth.
   * @param before connections that began later may be missing in the list
   */
  reconcile(live: readonly LiveConnection[], before: Date): Promise<void> {
    return this.work.run(async (manager) => {
      await manager.query(LOCK);
      const missing = await manager.query<{ computerId: string }[]>(CLOSE_MISSING, [
        live.map(({ name }) => name),
        before,
      ]);
      await this.refresh(manager, [...(await this.open(manager, live)), ...ids(missing)]);
    });
  }

  async sweep(): Promise<void> {
    await this.dataSource.query(SWEEP);
  }

  private async open(manager: EntityManager, connections: readonly LiveConnection[]): Promise<string[]> {
    if (connections.length === 0) return [];
    const columns = [
      connections.map(({ name }) => name),
      connections.map(({ computerId }) => computerId),
      connections.map(({ connectedAt }) => connectedAt),
    ];
    return ids(await manager.query(OPEN, columns));
  }

  private async close(
    manager: EntityManager,
    connections: readonly { name: string; closedAt: Date }[],
  ): Promise<string[]> {
    if (connections.length === 0) return [];
    return ids(
      await manager.query(CLOSE, [connections.map(({ name }) => name), connections.map(({ closedAt }) => closedAt)]),
    );
  }

  private async refresh(manager: EntityManager, computerIds: readonly string[]): Promise<void> {
    if (computerIds.length === 0) return;
    const distinct = [...new Set(computerIds)].sort();
    await manager.query('SELECT 1 FROM computers WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [distinct]);
    await manager.query(REFRESH, [distinct]);
    await this.revocations.bar(manager, ids(await manager.query(STRANGERS, [distinct])));
  }
}

function ids(rows: { computerId: string }[]): string[] {
  return rows.map((row) => row.computerId);
}
