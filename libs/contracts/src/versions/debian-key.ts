import { BEFORE_END, END, numberKey } from './key-parts.js';

/** Puts what is no letter behind all letters, as deb-version(7) asks for. */
const BEHIND_LETTERS = '{';

/**
 * Sortable form of a version by deb-version(7): epoch, upstream version, revision.
 * @param end what sorts in place of the end of the upstream version
 */
export function debianKey(version: string, end = END): string {
  const colon = version.indexOf(':');
  const epoch = /^\d+$/.test(version.slice(0, Math.max(colon, 0))) ? version.slice(0, colon) : '';
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  const [upstream, revision] = dash < 0 ? [rest, ''] : [rest.slice(0, dash), rest.slice(dash + 1)];
  return numberKey(epoch) + partKey(upstream, end) + partKey(revision);
}

/** Runs of other characters and of digits in turn. The end sorts below any further character but `~`. */
function partKey(part: string, end = END): string {
  let key = '';
  for (const [, others, digits] of part.matchAll(/(\D*)(\d*)/g)) {
    // nothing is the number 0: `1.0` and `1.0-0` are the same
    if (others || digits || part === '') key += [...others!].map(characterKey).join('') + END + numberKey(digits!);
  }
  return key + end;
}

function characterKey(character: string): string {
  if (character === '~') return BEFORE_END;
  return /[A-Za-z]/.test(character) ? character : BEHIND_LETTERS + character;
}
