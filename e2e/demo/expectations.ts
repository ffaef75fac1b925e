import type { Execution } from '../support/views.ts';

export type Expected = Record<string, { status: string; reason?: string; attempt: number }>;

/** @throws naming every computer whose status, reason or attempt is not the expected one */
export function expectExecutions(actual: Execution[], expected: Expected): void {
  const problems = Object.entries(expected).flatMap(([name, want]) => {
    const got = actual.find((execution) => execution.computerName === name);
    if (!got) return [`${name} has no execution`];
    const wrong =
      got.status !== want.status ||
      got.attempt !== want.attempt ||
      (want.reason !== undefined && got.reason !== want.reason);
    return wrong
      ? [
          `${name}: expected ${JSON.stringify(want)}, got ${JSON.stringify({ status: got.status, reason: got.reason, attempt: got.attempt, message: got.message })}`,
        ]
      : [];
  });
  if (actual.length !== Object.keys(expected).length)
    problems.push(`expected ${Object.keys(expected).length} executions, got ${actual.length}`);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
