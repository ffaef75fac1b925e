import { execFile } from 'node:child_process';

/** A command of a document, and what it says that it prints. */
export interface Example {
  command: string;
  /** lines; `…` stands for anything within one */
  printed: string;
}

/** All `$` lines of the ```console blocks of a document, in order. */
export function examplesOf(document: string): Example[] {
  return [...document.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
    block!
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...lines] = part.split('\n');
        return { command, printed: lines.join('\n') };
      }),
  );
}

/** From one heading of the second level to the next. @throws when there is none */
export function sectionOf(document: string, heading: string): string {
  const section = document.split(/^(?=## )/m).find((text) => text.startsWith(`## ${heading}\n`));
  if (section === undefined) throw new Error(`the document has no section "${heading}"`);
  return section;
}

/** What the document shows, as what it means on this computer; `…` matches anything but the end of a line. */
export function pattern(printed: string): RegExp {
  const escaped = printed.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('…', '.*')}$`);
}

/** Standard output and standard error of a command line, as a terminal shows them. */
export function inShell(command: string, env: Record<string, string>): Promise<string> {
  return new Promise((resolve) =>
    execFile('/bin/sh', ['-c', `{ ${command}\n} 2>&1`], { env }, (_, out) => resolve(out)),
  );
}
