import { spawn } from 'node:child_process';
import { executeCommand } from '../../spec/commands.js';
import { silentLog } from '../log.js';
import { isRunning, startTicks } from '../process/process-table.js';
import { CorrectedClock } from '../time/clock.js';
import { newAttempt, STEPS } from './attempt.js';
import { ComputerStepRunner, type ComputerStepRunnerParts } from './computer-step-runner.js';

it('an installer that survived the agent and its own time is ended before it is judged', async () => {
  const child = spawn('sh', ['-c', 'sleep 60 & wait'], { detached: true, stdio: 'ignore' });
  const leader = { pid: child.pid!, startTicks: startTicks(child.pid!)! };
  const parts: Partial<ComputerStepRunnerParts> = { clock: new CorrectedClock(), log: silentLog };
  const step = { name: STEPS.install, startedAt: 's', finishedAt: null, ok: null, detail: null, exitCode: null };
  const attempt = newAttempt(executeCommand({ audience: { shard: 1 } }), '');
  const variant = { ...attempt.command.manifest.variants[0]!, timeout: 'PT1S' };
  const record = { ...attempt, steps: [{ ...step, process: leader }] };
  await new ComputerStepRunner(parts as ComputerStepRunnerParts).recover({ record, variant, started: () => {} });
  expect(isRunning(leader)).toBe(false);
});
