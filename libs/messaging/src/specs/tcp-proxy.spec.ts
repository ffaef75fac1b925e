import { type AddressInfo, createServer, connect, type Server, type Socket } from 'node:net';

/** Stands between a client and a server; cut, it is as if the server were down. */
export class TcpProxy {
  private server: Server | null = null;
  private port = 0;
  private readonly sockets = new Set<Socket>();
  private readonly pairs = new Map<Socket, Socket>();

  constructor(private readonly target: { host: string; port: number }) {}

  /** Address of the proxy in place of the server's. */
  replaceIn(url: string): string {
    const replaced = new URL(url);
    replaced.hostname = '127.0.0.1';
    replaced.port = String(this.port);
    return replaced.href;
  }

  async restore(): Promise<void> {
    const server = createServer((client) => {
      const upstream = connect(this.target);
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket
          .on('error', () => undefined)
          .on('close', () => {
            this.sockets.delete(socket);
            client.destroy();
            upstream.destroy();
          });
      }
      this.pairs.set(client, upstream);
      client.on('close', () => this.pairs.delete(client));
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Nothing passes in either direction and the connections stay open: a server that hangs. */
  freeze(): void {
    for (const socket of this.sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  /** What has waited passes. */
  thaw(): void {
    for (const [client, upstream] of this.pairs) {
      // piped twice, everything would pass twice
      for (const socket of [client, upstream]) socket.unpipe();
      client.pipe(upstream).pipe(client);
    }
  }

  async cut(): Promise<void> {
    const server = this.server;
    this.server = null;
    for (const socket of this.sockets) socket.destroy();
    if (server) await new Promise((resolve) => server.close(resolve));
  }
}
