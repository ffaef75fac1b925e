import { spawn } from 'node:child_process';

const DEMO = new URL('./demo/demo.ts', import.meta.url).pathname;
const MINUTES = 60_000;

/** The demo checks every status and reason itself and says so by its exit code; here it runs as a newcomer runs it. */
describe('npm run demo', () => {
  it(
    'exits 0 after the whole story: a set moment in Tokyo, one failure, its cause removed, re-execution',
    async () => {
      const { code, output } = await run();
      expect(output).toContain('pc-carla   rejected · requirement.disk');
      expect(output).toContain('pc-carla   succeeded (attempt 2)');
      expect(output).toMatch(/pc-carla: acme-ledger\s+2\.4\.0/);
      expect(code).toBe(0);
    },
    10 * MINUTES,
  );
});

async function run(): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', DEMO], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}
