import { durationMs, type FieldError, type JobRetry, nearest, REASONS } from '@waybill/contracts';

const MIN_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 7 * 86_400_000;
/** What the server ends because nothing is heard of the computer, the computer cannot try again. */
const CODES = Object.keys(REASONS).filter((code) => !code.startsWith('timeout.'));
const PREFIXES = [...new Set(CODES.filter((code) => code.includes('.')).map((code) => `${code.split('.')[0]}.*`))];
/** Exit codes of installers: 32 bits, and -1 for one that a signal ended. */
const EXIT_CODE = /^(-1|\d{1,10})$/;

/** Problems of a retry policy that its form does not show. */
export function retryErrors(retry: JobRetry | undefined): FieldError[] {
  if (!retry) return [];
  const { backoff, on = [] } = retry;
  const errors = on.flatMap((pattern, i) =>
    patternProblem(pattern).map((message) => ({ pointer: `/retry/on/${i}`, message })),
  );
  if (backoff === undefined) return errors;
  const wait = durationMs(backoff);
  if (wait < MIN_BACKOFF_MS || wait > MAX_BACKOFF_MS)
    errors.unshift({ pointer: '/retry/backoff', message: `backoff must be from PT1S to P7D, not ${backoff}` });
  return errors;
}

/** A misspelt reason would never match, and nobody would see why. */
function patternProblem(pattern: string): string[] {
  if (pattern === '*') return [];
  const [code = '', exitCode, ...rest] = pattern.split(':');
  const known = [...CODES, ...PREFIXES];
  if (!known.includes(code)) {
    return [
      `"${pattern}" names no reason${nearest(code, known)}; use a reason such as download.failed, download.*, install.exitCode:1618, or *`,
    ];
  }
  if (exitCode === undefined) return [];
  if (code !== 'install.exitCode') return [`only install.exitCode has an exit code, "${code}" has none`];
  const isExitCode = rest.length === 0 && EXIT_CODE.test(exitCode) && Number(exitCode) <= 4_294_967_295;
  return isExitCode ? [] : [`"${pattern.slice(code.length + 1)}" is not an exit code: -1 to 4294967295`];
}
