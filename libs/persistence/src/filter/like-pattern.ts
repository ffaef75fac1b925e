/** True when the text holds a wildcard, escaped or not: it must go through {@link likePattern}. */
export function isPattern(value: string): boolean {
  return value.includes('*');
}

/**
 * A LIKE pattern: `*` matches any text, `\*` a star. What else LIKE would take for a wildcard is escaped, so that `50%_a` means itself.
 */
export function likePattern(value: string): string {
  return value.replaceAll(/\\\*|[\\%_*]/g, (part) => {
    if (part === '*') return '%';
    return part === '\\*' ? '*' : `\\${part}`;
  });
}
