import { lstatSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Log } from '../log.js';
import type { StateLayout } from '../root/state-layout.js';
import type { LocalDesk } from './local-desk.js';
import { type LocalAnswer, localRequestSchema, MAX_REQUEST_BYTES } from './local-request.js';
import { admitGroup } from './socket-access.js';

const MAX_CONNECTIONS = 16;
/** A request is one short line: who takes longer does not mean to ask. */
const TIMEOUT_MS = 5_000;
/** The server may have to be asked first; and whoever does not read the answer does not want it. */
const ANSWER_MS = 60_000;

/** The agent's unix socket: one request and one answer per connection. Whatever comes in, the agent goes on. */
export class LocalServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  /** of them, those that have not asked yet, oldest first */
  private readonly silent = new Set<Socket>();

  constructor(
    private readonly desk: Pick<LocalDesk, 'answer'>,
    private readonly layout: StateLayout,
    private readonly log: Log,
  ) {
    this.server = createServer((socket) => this.serve(socket));
  }

  /** The journal is open, so no other agent is there: a socket file is one that a killed agent left. @throws when it cannot listen */
  async start(): Promise<void> {
    const path = this.layout.socket;
    if (isSocket(path)) rmSync(path);
    const listening = new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.once('listening', resolve);
    });
    // Bound at once by this call: between then and its permissions nobody else may connect.
    const mask = process.umask(0o177);
    try {
      this.server.listen(path);
    } finally {
      process.umask(mask);
    }
    await listening;
    this.server.on('error', (error) => this.log.warn({ err: error }, 'the local socket has failed'));
    admitGroup(this.layout);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    // whoever means to ask does so at once: the one that has been silent longest makes room, so that nobody is kept out by others
    if (this.sockets.size >= MAX_CONNECTIONS) ([...this.silent][0] ?? socket).destroy();
    this.sockets.add(socket);
    this.silent.add(socket);
    // of the whole request: a byte now and then does not prolong it
    let timer = setTimeout(() => socket.destroy(), TIMEOUT_MS);
    const asked = () => {
      clearTimeout(timer);
      timer = setTimeout(() => socket.destroy(), ANSWER_MS);
      this.silent.delete(socket);
    };
    socket.on('close', () => {
      clearTimeout(timer);
      this.silent.delete(socket);
      this.sockets.delete(socket);
    });
    // whoever hangs up in the middle
    socket.on('error', () => socket.destroy());
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      const end = chunk.indexOf('\n');
      const part = end < 0 ? chunk : chunk.subarray(0, end);
      size += part.length;
      if (size <= MAX_REQUEST_BYTES) chunks.push(part);
      if (end < 0 && size <= MAX_REQUEST_BYTES) return;
      socket.off('data', take);
      socket.resume();
      asked();
      void this.answer(size > MAX_REQUEST_BYTES ? null : Buffer.concat(chunks)).then((answer) =>
        // whoever keeps its end open holds no place
        socket.end(`${JSON.stringify(answer)}\n`, () => socket.destroy()),
      );
    };
    socket.on('data', take);
  }

  /** @param line null: it was too long. Never rejects. */
  private async answer(line: Buffer | null): Promise<LocalAnswer> {
    if (line === null) return NOT_UNDERSTOOD;
    try {
      const request = localRequestSchema.safeParse(JSON.parse(line.toString('utf8')));
      return request.success ? await this.desk.answer(request.data) : NOT_UNDERSTOOD;
    } catch (error) {
      if (error instanceof SyntaxError) return NOT_UNDERSTOOD;
      this.log.error({ err: error }, 'a request of a local user could not be answered');
      return { ok: false, code: 'agent.error', message: 'The agent met an error of its own; its log says more.' };
    }
  }
}

const NOT_UNDERSTOOD: LocalAnswer = {
  ok: false,
  code: 'request.notUnderstood',
  message: 'This agent does not understand the request.',
};

function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
}
