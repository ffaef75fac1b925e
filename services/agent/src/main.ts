import { setFlagsFromString } from 'node:v8';

// An agent is idle nearly always: a small heap matters more than speed (8 MiB less when measured). V8 takes these flags
// only before its heap has grown, so everything else is loaded after them.
for (const flag of ['--optimize-for-size', '--max-semi-space-size=1', '--semi-space-growth-factor=1'])
  setFlagsFromString(flag);

// No await at the top of this file: the single executable is a CommonJS bundle, which has none.
const args = process.argv.slice(2);

/** A user who asks the agent needs none of it; the agent none of what asks. */
async function run(): Promise<void> {
  if (args[0] === '--version') {
    const { AGENT_VERSION } = await import('./version.js');
    return void process.stdout.write(`${AGENT_VERSION}\n`);
  }
  if (args[0]?.startsWith('-') ?? true) return (await import('./run-agent.js')).runAgent(args);
  const print = {
    out: (text: string) => process.stdout.write(text),
    err: (text: string) => process.stderr.write(text),
  };
  if (args[0] === 'enrol') {
    const { runEnrol } = await import('./enrol/enrol-command.js');
    process.exitCode = await runEnrol(args.slice(1), print);
    return;
  }
  if (args[0] === 'doctor') {
    const { runDoctor } = await import('./doctor/doctor-command.js');
    // A check that was given up may still wait for somebody who never answers.
    const code = await runDoctor(args.slice(1), print);
    return void process.stdout.write('', () => process.exit(code));
  }
  if (args[0] === 'check-in') {
    const { runCheckIn } = await import('./doctor/check-in-command.js');
    const code = await runCheckIn(args.slice(1), print);
    return void process.stdout.write('', () => process.exit(code));
  }
  const { runLocalCommand } = await import('./local/local-command.js');
  process.exitCode = await runLocalCommand(args, print);
}

run().catch(async (error: unknown) => {
  const { startFailure } = await import('./start-failure.js');
  process.stderr.write(startFailure(error));
  process.exit(1);
});
