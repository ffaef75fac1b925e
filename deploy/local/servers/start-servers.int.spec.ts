import { existsSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { instancePaths } from '../local-paths.ts';
import { httpPorts } from '../services/http-ports.ts';
import { startServers } from './start-servers.ts';

/** An instance of this spec alone; nothing of it may ever be started. */
const INSTANCE = 'spec-ports';
const paths = instancePaths(INSTANCE);

describe('a start whose services could not listen', () => {
  let taken: Server;
  let port: number;

  beforeAll(async () => {
    port = (await httpPorts(INSTANCE, 'main')).result;
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => taken.close(resolve));
    for (const directory of [paths.directory, paths.log, paths.data])
      rmSync(directory, { recursive: true, force: true });
  });

  it('says so before a server is started or anything is made, and can be tried again', async () => {
    const said: string[] = [];
    const start = () =>
      startServers({
        instance: INSTANCE,
        installation: 'main',
        environmentPrefix: 'WAYBILL_SPEC_',
        progress: (line) => said.push(line),
      });
    const sentence = `Port ${port} of 127.0.0.1, meant for result, is taken: stop what listens there, or delete .local/ports.json`;
    await expect(start()).rejects.toThrow(sentence);
    await expect(start()).rejects.toThrow(sentence);
    expect(said).toEqual([]);
    expect(existsSync(paths.data)).toBe(false);
  });
});
