import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntryView } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { AgentProcess } from '../support/agent-process.ts';
import { type E2eStack, startE2eStack } from '../support/e2e-stack.ts';
import { publishTinyPackage } from '../support/tiny-package.ts';
import type { Page } from '../support/views.ts';
import { DoorComputer } from './door-computer.fixtures.spec.ts';
import { TraceSink } from './trace-sink.fixtures.spec.ts';

export const MINUTES = 60_000;

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  requestId: string;
}

/** A stack with a real agent, whose every call is known by its request id and whose every secret is remembered. */
export class AuditWorld {
  /** what must be found nowhere, by what it is */
  readonly secrets = new Map<string, string>();
  /** every answer of 400 and more, as it came */
  readonly problems: string[] = [];
  private token = '';

  private constructor(
    readonly stack: E2eStack,
    readonly traces: TraceSink,
    readonly directory: string,
    /** runs a real agent */
    readonly agent: AgentProcess,
    /** never runs anything */
    readonly computer: DoorComputer,
  ) {}

  static async start(): Promise<AuditWorld> {
    const traces = await TraceSink.start();
    // everything that a service can be made to say
    const stack = await startE2eStack({
      all: { WAYBILL_LOG_LEVEL: 'trace', OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, OTEL_BSP_SCHEDULE_DELAY: '200' },
      'job-scheduler': { WAYBILL_APPROVAL_GROUPS: 'guarded' },
    });
    const directory = mkdtempSync(join(tmpdir(), 'waybill-audit-'));
    await publishTinyPackage(stack.api);
    await stack.api.post('/groups', { name: 'accounting', kind: 'static' });
    const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
      groups: ['accounting'],
      maxUses: 5,
    });
    const door = stack.services.fleetUrl;
    const agent = new AgentProcess({ door, enrolmentToken: secret, hostname: 'pc-real', directory });
    const computer = new DoorComputer(door, 'pc-silent');
    const world = new AuditWorld(stack, traces, directory, agent, computer);
    world.remember('enrolment secret', secret);
    world.remember('session of the set-up', stack.api.authorization.slice('Bearer '.length));
    world.remember('password of the administrator', stack.services.adminPassword);
    agent.start();
    expect((await computer.enrol(secret)).status).toBe(200);
    world.token = await world.login('admin', stack.services.adminPassword);
    await eventually(
      async () => expect((await stack.api.get<Page<object>>('/computers?filter=online==true')).items).toHaveLength(1),
      { timeoutMs: 2 * MINUTES },
    );
    return world;
  }

  /** @param what e.g. `API token nightly` */
  remember(what: string, secret: string): string {
    this.secrets.set(what, secret);
    return secret;
  }

  /** A new password, remembered. */
  password(of: string): string {
    return this.remember(`password of ${of}`, randomBytes(18).toString('base64url'));
  }

  /** @returns the access token of a new session, remembered */
  async login(username: string, password: string): Promise<string> {
    const { status, body } = await this.call('POST', '/session', { username, password }, null);
    expect(status).toBe(201);
    return this.remember(`session of ${username} ${randomUUID()}`, String(body['accessToken']));
  }

  /** @param token default: the administrator's; null: none */
  async call(method: string, path: string, body?: unknown, token: string | null = this.token): Promise<Answer> {
    const requestId = `spec-${randomUUID()}`;
    const response = await fetch(`${this.stack.services.gatewayUrl}/api/v1${path}`, {
      method,
      headers: {
        'x-request-id': requestId,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': bytes(body) ? 'application/octet-stream' : 'application/json' }),
      },
      body: body === undefined ? null : bytes(body) ? body : JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status >= 400) this.problems.push(text);
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']), requestId };
  }

  /** Entries that match, oldest first. */
  async entries(filter: string): Promise<AuditEntryView[]> {
    const { status, body } = await this.call('GET', `/audit?sort=at&limit=1000&filter=${encodeURIComponent(filter)}`);
    expect(status).toBe(200);
    return body['items'] as AuditEntryView[];
  }

  async stop(): Promise<void> {
    await this.agent.stop('SIGKILL');
    await this.stack.stop();
    await this.traces.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function bytes(body: unknown): body is Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array;
}
