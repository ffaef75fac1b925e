import type { ProvenExecute } from '../commands/proven-command.js';
import type { Verdict } from '../journal/journal.records.js';

/** Prefix of the journal keys that say which package Waybill itself put on the computer, and in which version. */
export const SOFTWARE_PREFIX = 'software:';

/** What a success changes in the list of software installed by Waybill; null when nothing. */
export function installedSoftwareChange(
  { action, manifest }: ProvenExecute,
  verdict: Verdict,
): { key: string; version: string | null } | null {
  if (verdict.status !== 'succeeded' || action === 'verify') return null;
  return { key: SOFTWARE_PREFIX + manifest.package, version: action === 'install' ? manifest.version : null };
}
