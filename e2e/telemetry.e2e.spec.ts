import { type SimulatedFleet, startFleet } from '@waybill/agent/simulator';
import { eventually } from '@waybill/testing';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { OtlpCollector } from './support/otlp-collector.ts';
import { publishTinyPackage } from './support/tiny-package.ts';
import type { Job } from './support/views.ts';

const MINUTES = 60_000;
const AGENTS = 5;
const COMMANDS = 'waybill.commands:cmd.g.{id}.{n}';
const ASSIGNED = 'waybill.events:job.targets.assigned.v1:result.targets';

/** What the services really export while a job runs; the list is that of ARCHITECTURE.md. */
describe('telemetry of a job', () => {
  const collector = new OtlpCollector();
  let stack: E2eStack;
  let fleet: SimulatedFleet;

  beforeAll(async () => {
    stack = await startE2eStack({ all: await collector.start() });
    await stack.api.post('/groups', { name: 'everybody', kind: 'static' });
    const { secret: token } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
      groups: ['everybody'],
      maxUses: AGENTS,
    });
    fleet = startFleet({ server: stack.services.fleetUrl, token, agents: AGENTS });
    await fleet.subscribed;
    const version = await publishTinyPackage(stack.api);
    const { id } = await stack.api.post<Job>('/jobs', { ...version, targets: { groups: ['everybody'] } });
    await eventually(async () => expect((await stack.api.get<Job>(`/jobs/${id}`)).status).toBe('completed'), {
      timeoutMs: 2 * MINUTES,
      intervalMs: 250,
    });
    await expect(stack.api.get(`/jobs/${crypto.randomUUID()}`)).rejects.toThrow();
  }, 5 * MINUTES);

  afterAll(async () => {
    await fleet?.stop();
    await stack?.stop();
    collector.stop();
  }, 2 * MINUTES);

  /** Values of a metric by service, of the series that have these attributes. */
  const values = (metric: string, attributes: Record<string, string> = {}) =>
    Object.fromEntries(
      collector.points
        .filter((point) => point.metric === metric)
        .filter((point) => Object.entries(attributes).every(([key, value]) => point.attributes[key] === value))
        .map(({ service, value }) => [service, value]),
    );
  const seen = (check: () => void) => eventually(check, { timeoutMs: MINUTES, intervalMs: 250 });

  it('outboxes are empty in the end, and how late commands left is known', async () => {
    const empty = { package: 0, fleet: 0, 'job-scheduler': 0, result: 0 };
    await seen(() => {
      expect(values('waybill.outbox.messages')).toEqual(empty);
      expect(values('waybill.outbox.oldest.age')).toEqual(empty);
      expect(values('waybill.dispatch.lag', { 'messaging.destination.template': COMMANDS })).toEqual({
        'job-scheduler': 1,
      });
    });
  });

  it('every service knows the depth of its queues and of their dead letters', async () => {
    const queues = (service: string) =>
      collector.points
        .filter((point) => point.metric === 'waybill.queue.messages' && point.service === service)
        .map(({ attributes }) => String(attributes['messaging.destination.name']));
    await seen(() => {
      expect(queues('package')).toEqual(['rpc.package']);
      expect(queues('fleet')).toEqual(['rpc.fleet']);
      expect(queues('job-scheduler')).toEqual(
        expect.arrayContaining(['job-scheduler.groups', 'job-scheduler.groups.dead', 'rpc.job-scheduler']),
      );
      expect(queues('result')).toEqual(
        expect.arrayContaining(['reports.status', 'reports.status.dead', 'reports.progress', 'result.targets.dead']),
      );
    });
  });

  it('rate, errors and duration by handler: REST, requests between services, events, reports', async () => {
    const POST = { 'http.request.method': 'POST' };
    const expected: [metric: string, attributes: Record<string, string>, service: string, atLeast: number][] = [
      ['http.server.request.duration', { ...POST, 'http.route': '/api/v1/jobs' }, 'gateway', 1],
      ['http.server.request.duration', { ...POST, 'http.route': '/agent/v1/enrol' }, 'fleet', AGENTS],
      ['rpc.client.call.duration', { 'rpc.method': 'job.create.v1' }, 'gateway', 1],
      ['rpc.server.call.duration', { 'rpc.method': 'job.create.v1' }, 'job-scheduler', 1],
      ['rpc.server.call.duration', { 'rpc.method': 'job.get.v1', 'error.type': 'job.notFound' }, 'job-scheduler', 1],
      ['messaging.process.duration', { 'messaging.destination.template': ASSIGNED }, 'result', 1],
      ['messaging.client.operation.duration', { 'messaging.destination.template': COMMANDS }, 'job-scheduler', 1],
      ['messaging.client.consumed.messages', { 'messaging.destination.name': 'reports.status' }, 'result', AGENTS],
      ['waybill.queue.age', { 'messaging.destination.name': 'result.targets' }, 'result', 1],
    ];
    await seen(() => {
      for (const [metric, attributes, service, atLeast] of expected)
        expect({ metric, attributes, enough: (values(metric, attributes)[service] ?? 0) >= atLeast }).toEqual({
          metric,
          attributes,
          enough: true,
        });
    });
  });

  it('executions that are stuck: none', async () => {
    await seen(() => {
      for (const status of ['installing', 'verifying', 'rebootPending'])
        expect(values('waybill.executions.stuck', { 'waybill.execution.status': status })).toEqual({ result: 0 });
    });
  });

  it('one trace goes from the REST call through the broker into the other service', async () => {
    await seen(() => {
      const traces = (service: string, name: string) =>
        collector.spans.filter((span) => span.service === service && span.name === name).map(({ traceId }) => traceId);
      const [posted] = traces('gateway', 'POST /api/v1/jobs');
      expect(posted).toBeDefined();
      expect(traces('job-scheduler', 'answer job.create.v1')).toContain(posted);
    });
  });
});
