import { describeFinding } from '../lint/finding.js';
import { lintDirectory, NoPackageError } from '../lint/lint-directory.js';
import { type Command, onePath, type Output } from './command.js';

const help = `Usage: waybill package lint DIR [--json]

Checks waybill.yaml (or waybill.json) in DIR by the rules of the server and says what is wrong, by line and column.
Warns of what is allowed but seldom meant: detection for which any version counts, no uninstall, no timeout, files that
are missing or that no variant names.

  --json   the findings as one JSON object: { file, versionScheme, findings: [{ severity, line, column, pointer, message }] }
  --help   this text

Exit code: 0 no errors (warnings are none), 1 errors, 2 wrong usage.`;

export const packageLint: Command = {
  name: 'package lint',
  summary: 'checks a package directory by the rules of the server',
  help,
  async run(args, output) {
    const { path, on } = onePath(args, { on: ['json'] }, 'Name one directory, e.g. waybill package lint ./acme-ledger');
    const json = on('json');
    try {
      const { file, findings, versionScheme } = await lintDirectory(path);
      if (json) output.out(JSON.stringify({ file, versionScheme, findings }, null, 2));
      else {
        for (const finding of findings) output.out(describeFinding(file, finding));
        const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
        const scheme = versionScheme ? `; versions are compared as ${versionScheme}` : '';
        output.out(`${count('error')} errors, ${count('warning')} warnings${scheme}`);
      }
      return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
    } catch (error) {
      if (!(error instanceof NoPackageError)) throw error;
      return unreadable(error, json, output);
    }
  },
};

function unreadable({ message }: NoPackageError, json: boolean, output: Output): number {
  const finding = { severity: 'error', line: 1, column: 1, pointer: '', message };
  if (json) output.out(JSON.stringify({ findings: [finding] }, null, 2));
  else output.err(message);
  return 1;
}
