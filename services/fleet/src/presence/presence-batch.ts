import type { ConnectionEvent } from './connection-event.js';

/** What a batch of events comes to, one row a connection: a name opened and closed within the batch is both. */
export interface ConnectionChange {
  name: string;
  /** null when the batch only says that it closed */
  computerId: string | null;
  connectedAt: Date | null;
  closedAt: Date | null;
}

/** Folds events, oldest first, so that each connection is written once. A name is used again after its connection closed: the newest counts. */
export function foldEvents(events: readonly ConnectionEvent[]): ConnectionChange[] {
  const changes = new Map<string, ConnectionChange>();
  for (const event of events) {
    if (event.kind === 'opened') {
      changes.set(event.name, {
        name: event.name,
        computerId: event.computerId,
        connectedAt: event.at,
        closedAt: null,
      });
    } else {
      const open = changes.get(event.name);
      changes.set(event.name, {
        name: event.name,
        computerId: open?.computerId ?? null,
        connectedAt: open?.connectedAt ?? null,
        closedAt: event.at,
      });
    }
  }
  return [...changes.values()];
}
