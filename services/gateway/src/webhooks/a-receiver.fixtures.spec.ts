import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  event: { id: string; type: string; subject: string; data: Record<string, unknown> };
}

/** An integrator's HTTP server that answers as a spec wants. */
export class AReceiver {
  readonly received: ReceivedRequest[] = [];
  /** default: takes everything */
  answer: (request: ReceivedRequest, response: ServerResponse) => void = taken;
  private readonly server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const event = JSON.parse(body || '{}') as ReceivedRequest['event'];
      const received = { path: request.url ?? '', headers: request.headers, body, event };
      this.received.push(received);
      this.answer(received, response);
    });
  });

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await new Promise((resolve) => this.server.once('listening', resolve));
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** what came of one event, by its id or subject */
  of(what: string): ReceivedRequest[] {
    return this.received.filter(({ event }) => event.id === what || event.subject === what);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

export function taken(_request: ReceivedRequest, response: ServerResponse): void {
  response.writeHead(204).end();
}

export const refusing =
  (status: number, body = 'not today', headers: Record<string, string> = {}) =>
  (_request: ReceivedRequest, response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };
