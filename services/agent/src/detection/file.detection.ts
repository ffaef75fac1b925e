import { lstat } from 'node:fs/promises';
import { sha256OfFile } from '../downloads/sha256-of-file.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import type { Finding } from './detect.js';

/** Does the file exist (or not, with `exists: false`), with that content if a digest is given? */
export async function detectFile(
  rule: { path: string; sha256?: string; exists?: boolean },
  paths: RootedPaths,
): Promise<Finding> {
  const path = paths.resolve(rule.path);
  const present = await lstat(path).then(
    () => true,
    () => false,
  );
  if (rule.exists === false)
    return { found: !present, evidence: `file ${rule.path} ${present ? 'exists' : 'does not exist'}` };
  if (!present) return { found: false, evidence: `file ${rule.path} does not exist` };
  if (!rule.sha256) return { found: true, evidence: `file ${rule.path} exists` };
  const digest = await sha256OfFile(path).catch(() => null);
  const found = digest === rule.sha256;
  return {
    found,
    evidence: `file ${rule.path} ${found ? `has the digest ${digest}` : `has another content (${digest ?? 'unreadable'})`}`,
  };
}
