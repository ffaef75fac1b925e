import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';

const STARTER = `
  import { AgentProcess } from ${JSON.stringify(join(import.meta.dirname, 'agent-process.ts'))};
  const [state, root] = process.argv.slice(1);
  const agent = AgentProcess.start({ server: 'http://127.0.0.1:9', token: 'x'.repeat(20), state, root });
  console.log(agent.child.pid);
  setInterval(() => undefined, 1000);
`;

describe('an agent of these specs', () => {
  const work = mkdtempSync(join(tmpdir(), 'waybill-agent-guard-'));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it('does not survive a starter that is killed', async () => {
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', STARTER];
    const starter = spawn(process.execPath, [...args, join(work, 'state'), work], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    starter.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(() => expect(said).toMatch(/^\d+\n/), { timeoutMs: 60_000 });
    const agent = Number(said);
    try {
      // until it is itself: before that it would be the guard that is ended
      await eventually(() => expect(commandOf(agent)).toContain('dist/main.js'), { timeoutMs: 60_000 });
      await eventually(() => expect(commandOf(agent)).not.toContain('setpriv'), { timeoutMs: 60_000 });
      starter.kill('SIGKILL');
      await eventually(() => expect(commandOf(agent)).toBe(''), { timeoutMs: 60_000 });
    } finally {
      starter.kill('SIGKILL');
      if (commandOf(agent).includes('dist/main.js')) process.kill(agent, 'SIGKILL');
    }
  });
});

/** Empty when there is no such process any more. */
function commandOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ').trim() : '';
}
