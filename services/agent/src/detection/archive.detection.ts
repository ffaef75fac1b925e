import { readMark } from '../installers/archive-mark.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import type { Finding } from './finding.js';

/** The directory exists and carries the mark of the archive with that digest. */
export async function detectArchive(directory: string, sha256: string, paths: RootedPaths): Promise<Finding> {
  const mark = await readMark(paths.resolve(directory));
  if (mark === 'unreadable')
    return { presence: 'unknown', evidence: `directory ${directory} holds a mark of Waybill that cannot be read` };
  if (!mark) return { presence: 'absent', evidence: `directory ${directory} holds no tree that Waybill unpacked` };
  const found = mark.sha256 === sha256;
  return {
    presence: found ? 'present' : 'unknown',
    evidence: `directory ${directory} holds ${mark.package} ${mark.version} of archive ${mark.sha256}${found ? '' : `, not ${sha256}`}`,
  };
}
