import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Manifest } from '@waybill/contracts/agent';
import { anyArtifact } from '../local/any-artifact.js';
import { JOURNAL_MIGRATIONS } from '../journal/journal.sql.js';

/** What the journal says to somebody who only reads it. */
export type StoredState =
  | { kind: 'missing' }
  /** an agent has it open, as it should while it runs */
  | { kind: 'inUse' }
  | { kind: 'broken'; why: string }
  /** a newer agent wrote it */
  | { kind: 'newer' }
  | { kind: 'readable'; computerId: string | null; artifact: string | null };

/** `SQLITE_BUSY` */
const BUSY = 5;

/** Reads the journal without changing it. Never throws. */
export function readStoredState(path: string): StoredState {
  if (!existsSync(path)) return { kind: 'missing' };
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const { user_version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (user_version > JOURNAL_MIGRATIONS.length) return { kind: 'newer' };
    const { quick_check } = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (quick_check !== 'ok') return { kind: 'broken', why: quick_check };
    const row = database.prepare("SELECT value FROM kv WHERE key = 'computerId'").get() as
      { value: string } | undefined;
    const last = database.prepare('SELECT command FROM executions ORDER BY rowid DESC LIMIT 1').get();
    const artifact = last ? anyArtifact(JSON.parse(last['command'] as string) as { manifest: Manifest }) : null;
    return { kind: 'readable', computerId: row?.value ?? null, artifact };
  } catch (error) {
    const { errcode, message } = error as Error & { errcode?: number };
    return errcode !== undefined && (errcode & 0xff) === BUSY ? { kind: 'inUse' } : { kind: 'broken', why: message };
  } finally {
    database?.close();
  }
}
