import { setFlagsFromString } from 'node:v8';

// An agent is idle nearly always: a small heap matters more than speed (8 MiB less when measured). V8 takes these flags
// only before its heap has grown, so everything else is loaded after them.
for (const flag of ['--optimize-for-size', '--max-semi-space-size=1', '--semi-space-growth-factor=1'])
  setFlagsFromString(flag);

const args = process.argv.slice(2);
const { startFailure } = await import('./start-failure.js');

/** A user who asks the agent needs none of it; the agent none of what asks. */
async function run(): Promise<void> {
  if (args[0]?.startsWith('-') ?? true) return (await import('./run-agent.js')).runAgent(args);
  const { runLocalCommand } = await import('./local/local-command.js');
  const print = {
    out: (text: string) => process.stdout.write(text),
    err: (text: string) => process.stderr.write(text),
  };
  process.exitCode = await runLocalCommand(args, print);
}

run().catch((error: unknown) => {
  process.stderr.write(startFailure(error));
  process.exit(1);
});
