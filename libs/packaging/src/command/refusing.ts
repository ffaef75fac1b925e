import { FaultyPackageError } from '../build/complete-package.js';
import { describeFinding, type Finding } from '../lint/finding.js';
import { NoPackageError } from '../lint/lint-directory.js';
import type { Output } from './command.js';

/**
 * Runs what may refuse a package, and says why it did.
 * @param nothing said after the reasons: what has not happened
 * @returns the exit code
 */
export async function refusing(
  nothing: string,
  output: Output,
  run: (tell: (file: string, findings: Finding[]) => void) => Promise<number>,
): Promise<number> {
  try {
    return await run((file, findings) => findings.forEach((finding) => output.out(describeFinding(file, finding))));
  } catch (error) {
    if (error instanceof FaultyPackageError) {
      for (const finding of error.findings) output.err(describeFinding(error.file, finding));
    } else if (error instanceof NoPackageError) output.err(error.message);
    else throw error;
    output.err(nothing);
    return 1;
  }
}
