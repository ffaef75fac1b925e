import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demandFree, rememberedPorts } from './ports.ts';

describe('ports', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waybill-ports-'));
    file = join(directory, 'ports.json');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('are chosen once and then stay, also when more are asked for later', async () => {
    const first = await rememberedPorts('start', ['postgres', 'amqp'], file);
    const later = await rememberedPorts('start', ['postgres', 'amqp', 's3'], file);
    expect(later).toMatchObject(first);
    expect(await rememberedPorts('start', ['s3'], file)).toMatchObject({ s3: later.s3 });
  });

  it('never coincide between the instances of a checkout', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
    const ports = [
      ...Object.values(await rememberedPorts('start', names, file)),
      ...Object.values(await rememberedPorts('test', names, file)),
    ];
    expect(new Set(ports).size).toBe(16);
  });

  it('in a file that is no JSON are reported with what to do', async () => {
    writeFileSync(file, '{');
    await expect(rememberedPorts('start', ['s3'], file)).rejects.toThrow(/delete it and start again/);
  });

  it('that are taken are named, with the purpose and the remedy', async () => {
    const server = await listening();
    const { port } = server.address() as AddressInfo;
    await expect(demandFree(port, 'gateway', 'stop what listens there.')).rejects.toThrow(
      `Port ${port} of 127.0.0.1, meant for gateway, is taken: stop what listens there.`,
    );
    await new Promise((resolve) => server.close(resolve));
    await expect(demandFree(port, 'gateway', 'stop it.')).resolves.toBeUndefined();
  });
});

function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  });
}
