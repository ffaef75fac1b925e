import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { localDirectory } from './local-paths.ts';
import { StackFailure } from './stack-failure.ts';

const HOST = '127.0.0.1';

/** True when nobody listens there. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: HOST, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Refuses to go on with a taken port: a server that cannot bind says so far less clearly, and later. */
export async function demandFree(port: number, purpose: string, remedy: string): Promise<void> {
  if (!(await isFree(port)))
    throw new StackFailure(`Port ${port} of ${HOST}, meant for ${purpose}, is taken: ${remedy}`);
}

/**
 * Free ports, chosen once per checkout and instance and then remembered, so that addresses written down stay true.
 * A remembered port that somebody took meanwhile is an error for the caller to report, not a reason to move silently.
 * @param file defaults to `.local/ports.json`
 */
export async function rememberedPorts<Name extends string>(
  instance: string,
  names: readonly Name[],
  file: string = join(localDirectory, 'ports.json'),
): Promise<Record<Name, number>> {
  const all = readPorts(file);
  const mine = { ...all[instance] };
  const missing = names.filter((name) => mine[name] === undefined);
  if (missing.length > 0) {
    const reserved = new Set(Object.values(all).flatMap((ports) => Object.values(ports)));
    for (const name of missing) {
      mine[name] = await chooseFree(reserved);
      reserved.add(mine[name]);
    }
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ ...readPorts(file), [instance]: mine }, null, 2)}\n`);
  }
  return mine as Record<Name, number>;
}

function readPorts(file: string): Record<string, Record<string, number>> {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, number>>;
  } catch (cause) {
    throw new StackFailure(`${file} is not readable as JSON; delete it and start again, new ports are then chosen.`, {
      cause,
    });
  }
}

/** Below the kernel's ephemeral range (32768 upwards), where an outgoing connection could sit on the port by chance. */
async function chooseFree(reserved: ReadonlySet<number>): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (!reserved.has(port) && (await isFree(port))) return port;
  }
  throw new StackFailure('No free port was found between 20000 and 32000; stop some servers on this machine.');
}
