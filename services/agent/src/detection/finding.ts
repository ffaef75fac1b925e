/**
 * What is known of the software. `unknown` is neither proof: another version, a part of it, a file that cannot be read,
 * a script that did not answer. Only `present` proves an installation, only `absent` an uninstallation.
 */
export type Presence = 'present' | 'absent' | 'unknown';

/** What one rule, or all of them together, found. `evidence` says it in words. */
export interface Finding {
  presence: Presence;
  evidence: string;
  /** the rule wants something not to be there (`exists: false`): it holds with and without the software and proves no absence */
  negative?: boolean;
}

/** All rules have to hold for `present`, none of them for `absent`. */
export function combine(findings: readonly Finding[]): Finding {
  const evidence = findings.map((finding) => finding.evidence).join('; ');
  if (findings.length === 0) return { presence: 'unknown', evidence: 'nothing says how the software is detected' };
  if (findings.every(({ presence }) => presence === 'present')) return { presence: 'present', evidence };
  const telling = findings.filter(({ negative }) => !negative);
  const gone = (telling.length > 0 ? telling : findings).every(({ presence }) => presence === 'absent');
  return { presence: gone ? 'absent' : 'unknown', evidence };
}

/** True for the errors that say that there is nothing at a path, not that it could not be looked at. */
export function isNothingThere(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code));
}
