import { AFTER_END, BEFORE_END, END, numberKey } from './key-parts.js';

/** Sortable form of `[epoch:]version[-release]` by rpmvercmp (rpm-version(7)). */
export function rpmKey(version: string): string {
  const colon = version.indexOf(':');
  const epoch = /^\d+$/.test(version.slice(0, Math.max(colon, 0))) ? version.slice(0, colon) : '';
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  if (dash < 0) return numberKey(epoch) + partKey(rest);
  // any release, an empty one too, is newer than none
  return numberKey(epoch) + partKey(rest.slice(0, dash)) + partKey(rest.slice(dash + 1));
}

/** Letters and digits are compared run by run, a number is newer than letters; whatever else stands between them only separates. */
function partKey(part: string): string {
  const tokens = part.match(/~|\^|\d+|[A-Za-z]+/g) ?? [];
  return tokens.map(tokenKey).join('') + END;
}

function tokenKey(token: string): string {
  if (token === '~') return BEFORE_END;
  if (token === '^') return AFTER_END;
  return /\d/.test(token) ? `n${numberKey(token)}` : `a${token}${END}`;
}
