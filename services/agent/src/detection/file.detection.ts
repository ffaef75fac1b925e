import { lstat } from 'node:fs/promises';
import { sha256OfFile } from '../downloads/sha256-of-file.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import { type Finding, isNothingThere } from './finding.js';

interface FileRule {
  path: string;
  sha256?: string;
  exists?: boolean;
}

/** Does the file exist (or not, with `exists: false`), with that content if a digest is given? */
export async function detectFile(rule: FileRule, paths: RootedPaths): Promise<Finding> {
  const negative = rule.exists === false;
  try {
    const path = paths.resolve(rule.path);
    await lstat(path);
    return negative
      ? { presence: 'absent', negative, evidence: `file ${rule.path} exists` }
      : await judgeContent(rule, path);
  } catch (error) {
    if (!isNothingThere(error))
      return {
        presence: 'unknown',
        negative,
        evidence: `file ${rule.path} is unreadable: ${(error as Error).message}`,
      };
    return { presence: negative ? 'present' : 'absent', negative, evidence: `file ${rule.path} does not exist` };
  }
}

/** Another content may be another version: that is no absence. */
async function judgeContent(rule: FileRule, path: string): Promise<Finding> {
  if (!rule.sha256) return { presence: 'present', evidence: `file ${rule.path} exists` };
  const digest = await sha256OfFile(path);
  return digest === rule.sha256
    ? { presence: 'present', evidence: `file ${rule.path} has the digest ${digest}` }
    : { presence: 'unknown', evidence: `file ${rule.path} has another content (${digest})` };
}
