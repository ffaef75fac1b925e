/**
 * Order of two versions by Debian's rules (deb-version(7)): epoch, upstream, revision; `~` sorts before everything. Dotted
 * numbers sort as one expects. Negative: `a` is older.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)];
  return (
    left.epoch - right.epoch ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon > 0 ? Number(version.slice(0, colon)) || 0 : 0,
    upstream: dash >= 0 ? rest.slice(0, dash) : rest,
    revision: dash >= 0 ? rest.slice(dash + 1) : '',
  };
}

/** Alternately a run of non-digits, character by character, and a run of digits, as a number. */
function compareParts(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i]!)) || (j < b.length && !isDigit(b[j]!))) {
      const difference = weight(a[i]) - weight(b[j]);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const [left, right] = [digits(a, i), digits(b, j)];
    i += left.length;
    j += right.length;
    const difference = Number(BigInt(left || 0) - BigInt(right || 0));
    if (difference !== 0) return difference;
  }
  return 0;
}

function weight(character: string | undefined): number {
  if (character === '~') return -1;
  if (character === undefined || isDigit(character)) return 0;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function digits(text: string, from: number): string {
  let end = from;
  while (end < text.length && isDigit(text[end]!)) end++;
  return text.slice(from, end);
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
