import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { AgentProcess } from './agent-process.ts';

const MAIN = new URL('../../services/agent/dist/main.js', import.meta.url).pathname;

/** What a user of that computer is told by `waybill-agent`. @throws with its exit code when it refuses */
export function asUser(agent: AgentProcess, ...args: string[]): string {
  const state = join(agent.options.directory, 'state');
  return execFileSync(process.execPath, [MAIN, ...args, '--state', state], { encoding: 'utf8', stdio: 'pipe' });
}
