/**
 * Known holes in dependencies, by `npm audit`. What does no harm here is written down in audit-exceptions.ts. A registry that
 * does not answer this question, or is not reached, fails nothing; the check is then shown as skipped.
 */
import { spawnSync } from 'node:child_process';
import { repositoryRoot } from '../local/local-paths.ts';
import { AUDIT_EXCEPTIONS } from './audit-exceptions.ts';
import { type AuditReport, judgeAudit, judgeExceptions } from './judge-audit.ts';

const problems = judgeExceptions(AUDIT_EXCEPTIONS, new Date().toISOString().slice(0, 10));
const { stdout, error } = spawnSync('npm', ['audit', '--json'], {
  cwd: repositoryRoot,
  encoding: 'utf8',
  timeout: 60_000,
  maxBuffer: 64 * 1024 * 1024,
});
const report = parse(stdout ?? '');
if (report) problems.push(...judgeAudit(report, AUDIT_EXCEPTIONS));
else console.log(`SKIPPED: the registry does not answer npm audit (${reason()}); known holes were NOT looked for.`);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}

/** Undefined for anything but a report: npm tells of its errors in JSON as well. */
function parse(text: string): AuditReport | undefined {
  try {
    const answer = JSON.parse(text) as Partial<AuditReport>;
    return answer.vulnerabilities ? (answer as AuditReport) : undefined;
  } catch {
    return undefined;
  }
}

function reason(): string {
  try {
    return (
      (JSON.parse(stdout ?? '') as { message?: string }).message?.replace(/ - .*|https?:\/\/\S+/g, '') ?? 'no report'
    );
  } catch {
    return error?.message ?? 'no answer';
  }
}
