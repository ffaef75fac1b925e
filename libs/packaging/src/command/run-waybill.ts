import { nearest } from '@waybill/contracts';
import { type Command, type Output, UsageError } from './command.js';
import { packageBuild } from './package-build.js';
import { packageInit } from './package-init.js';
import { packageLint } from './package-lint.js';
import { packagePublish } from './package-publish.js';

const COMMANDS: Command[] = [packageInit, packageLint, packageBuild, packagePublish];

/** Runs the command that the first words name; returns the exit code of the process. */
export async function runWaybill(args: string[], output: Output): Promise<number> {
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, i) => args[i] === word));
  if (!command) return withoutCommand(args, output);
  const rest = args.slice(command.name.split(' ').length);
  if (rest.includes('--help')) {
    output.out(command.help);
    return 0;
  }
  try {
    return await command.run(rest, output);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.err(`${error.message}\nSee waybill ${command.name} --help`);
    return 2;
  }
}

function withoutCommand(args: string[], output: Output): number {
  const list = COMMANDS.map(({ name, summary }) => `  ${name}   ${summary}`).join('\n');
  const help = `Usage: waybill COMMAND [arguments]\n\n${list}\n\nwaybill COMMAND --help says more.`;
  if (args.includes('--help')) {
    output.out(help);
    return 0;
  }
  const asked = args.slice(0, 2).join(' ');
  if (asked !== '')
    output.err(
      `Unknown command "${asked}"${nearest(
        asked,
        COMMANDS.map(({ name }) => name),
      )}.`,
    );
  output.err(help);
  return 2;
}
