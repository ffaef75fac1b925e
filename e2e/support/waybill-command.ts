import { type ChildProcess, spawn } from 'node:child_process';

const WAYBILL = new URL('../../libs/packaging/dist/command/main.js', import.meta.url).pathname;

export interface Ended {
  /** null when it was killed */
  code: number | null;
  out: string;
  err: string;
}

/**
 * Runs `npm run waybill -- …` without the build that comes before.
 * @param watch is given each line of its output, and the process
 */
export function waybillCommand(
  args: readonly string[],
  env: Record<string, string> = {},
  watch: (line: string, child: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  const flags = ['--disable-warning=ExperimentalWarning', WAYBILL, ...args];
  const child = spawn(process.execPath, flags, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.out += text;
    for (const line of text.split('\n')) watch(line, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ended.err += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...ended }));
  });
}
