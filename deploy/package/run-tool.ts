import { execFileSync } from 'node:child_process';

/** Runs a tool that makes a part of a package. @throws Error with what it said */
export function runTool(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
