import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLedger } from './demo/build-packages.ts';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishVersion } from './support/publish.ts';
import { readmeStory } from './support/readme-story.ts';
import type { Execution, Job, Page } from './support/views.ts';

const DEMO = new URL('./demo/demo.ts', import.meta.url).pathname;
const MINUTES = 60_000;

/**
 * What a newcomer does: the README's first job, pasted, and the demo, which checks every status and reason itself and says so by its exit
 * code. On a stack of this spec's own that both find by its record; whatever else runs on the machine is not touched.
 */
describe('a newcomer', () => {
  const work = mkdtempSync(join(tmpdir(), 'waybill-newcomer-'));
  let stack: E2eStack;

  beforeAll(async () => {
    stack = await startE2eStack();
  }, 5 * MINUTES);

  afterAll(async () => {
    await stack?.stop();
    rmSync(work, { recursive: true, force: true });
  }, 2 * MINUTES);

  const demo = () => run([process.execPath, '--disable-warning=ExperimentalWarning', DEMO, '--instance', 'e2e']);

  it(
    'pastes the first job of the README: the real agent installs the real package, and the second job waits for its moment',
    async () => {
      const { code, output } = await run(['bash', '-e', '-u', '-c', readmeStory(stack, work)]);
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      const { items: jobs } = await stack.api.get<Page<Job>>('/jobs');
      expect(jobs).toHaveLength(2);
      const [scheduled, done] = jobs;
      expect(scheduled).toMatchObject({ status: 'scheduled', schedule: { zone: 'Asia/Tokyo' } });
      expect(done).toMatchObject({ status: 'completed' });
      const executions = await stack.api.get<Page<Execution>>(`/jobs/${done!.id}/executions`);
      expect(executions.items).toMatchObject([{ status: 'succeeded', reason: null, attempt: 1 }]);
      expect(output).toMatch(/acme-ledger\s+2\.4\.0/);
    },
    6 * MINUTES,
  );

  it(
    'is told when a version of other software stands in the way, instead of getting that',
    async () => {
      const built = buildLedger(mkdtempSync(join(work, 'other-')), { package: 'acme-other', version: '1.0.0' });
      const publish = () =>
        publishVersion(stack.api, built.manifest as { package: string; version: string }, built.files);
      await publish();
      await expect(publish()).rejects.toThrow(
        /version\.exists: Version 1\.0\.0 of package "acme-other" exists already and is published/,
      );
    },
    MINUTES,
  );

  it.each(['the stack that runs', 'a stack that it starts, with the data of the one before'])(
    'then runs the demo on %s: a set moment in Tokyo, one failure, its cause removed, re-execution',
    async (which) => {
      const running = which === 'the stack that runs';
      if (!running) await stack.stop();
      const { code, output } = await demo();
      expect(output).toContain(
        running ? `Using the running stack at ${stack.services.gatewayUrl}` : 'No stack of this checkout is running',
      );
      expect(output).toContain('pc-carla   rejected · requirement.disk');
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      expect(output).toContain('pc-carla   succeeded (attempt 2)');
      expect(output).toMatch(/pc-carla: waybill-demo-ledger\s+2\.4\.0\+/);
      expect(output).toContain('Anna installs it herself');
    },
    6 * MINUTES,
  );
});

async function run([program = '', ...args]: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}
