import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** `npm run keys -- …` about one instance, as a person types it, without the build that comes before; answers what it prints. */
export function keysCommand(instance: string, args: readonly string[], input?: string): string {
  return execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'deploy/local/keys/keys.ts', ...args, '--instance', instance],
    { encoding: 'utf8', cwd: join(import.meta.dirname, '../..'), env: { ...process.env, NODE_OPTIONS: '' }, input },
  );
}
