import { plain } from '../user/desktop-notifier.js';
import type { NamedResult } from './run-checks.js';

/** Servers and certificates put words into sentences. */
const MAX_SENTENCE = 1000;
const MARKS = { ok: 'ok     ', failed: 'FAILED ', skipped: 'skipped' } as const;

/** Results for a person, a line or two each. */
export function doctorWords(results: readonly NamedResult[]): string {
  return results
    .map(({ check, verdict, found, advice }) => {
      const first = `${MARKS[verdict]}  ${check.padEnd(13)}  ${plain(found, MAX_SENTENCE)}\n`;
      return advice === null ? first : `${first}${' '.repeat(24)}→ ${plain(advice, MAX_SENTENCE)}\n`;
    })
    .join('');
}
