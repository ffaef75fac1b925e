import { Controller } from '@nestjs/common';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { ComputerRef, ComputerRemoved, EVENTS, FLEET_RPC, REPORT_QUEUES } from '@waybill/contracts';
import { computerRemoved } from '../specs/events.spec.js';
import { startRelay } from '../specs/relay.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { TestDatabase } from '../specs/test-database.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { Publisher } from '../client/publisher.js';
import { Outbox } from '../outbox/outbox.js';
import { gatewayClient } from '../specs/test-actor.spec.js';
import { BatchHandler, EventHandler, RpcHandler } from '../server/decorators.js';
import type { IncomingMessage } from '../server/incoming-message.js';
import { publishInstrument } from './spans.js';

const exporter = new InMemorySpanExporter();
const tracer = () => trace.getTracer('spec');
const traceIds: Record<string, string | undefined> = {};
const batched: IncomingMessage[] = [];

@Controller()
class TracedController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  removed(): void {
    traceIds['event'] = trace.getActiveSpan()?.spanContext().traceId;
  }

  @RpcHandler(FLEET_RPC.computerGet, ComputerRef)
  get({ id }: ComputerRef): object {
    traceIds['rpc'] = trace.getActiveSpan()?.spanContext().traceId;
    return { id };
  }

  @BatchHandler({ vhost: 'agents', queue: REPORT_QUEUES.status })
  ingest(messages: IncomingMessage[]): void {
    batched.push(...messages);
  }
}

describe('trace context', () => {
  let broker: TestBroker;
  let database: TestDatabase;

  beforeAll(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
    [broker, database] = await Promise.all([TestBroker.start(), TestDatabase.start()]);
    await startService(broker, [TracedController], { service: 'fleet' });
  });
  afterAll(async () => {
    await broker.stop();
    await database.stop();
  });

  const spans = (name: string, traceId: string): ReadableSpan[] =>
    exporter.getFinishedSpans().filter((span) => span.name === name && span.spanContext().traceId === traceId);

  it('goes from the transaction through outbox and broker into the handler', async () => {
    const connection = broker.connection('services');
    const publisher = new Publisher({ connection, userId: 'fleet', instrument: publishInstrument });
    startRelay(broker, database, { publisherOf: () => publisher });
    const message = computerRemoved();
    const traceId = await tracer().startActiveSpan('use case', async (span) => {
      await database.transaction((client) => new Outbox().add(client, [{ vhost: 'services', ...message }]));
      span.end();
      return span.spanContext().traceId;
    });
    await eventually(() => expect(traceIds['event']).toBe(traceId));
    const [useCase] = spans('use case', traceId);
    const [published] = await eventually(() => {
      const found = spans(`publish ${EVENTS.computerRemoved}`, traceId);
      expect(found).toHaveLength(1);
      return found;
    });
    const [processed] = await eventually(() => {
      const found = spans(`process ${EVENTS.computerRemoved}`, traceId);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(published).toMatchObject({
      kind: SpanKind.PRODUCER,
      parentSpanContext: { spanId: useCase!.spanContext().spanId },
    });
    expect(processed).toMatchObject({
      kind: SpanKind.CONSUMER,
      parentSpanContext: { spanId: published!.spanContext().spanId },
    });
    expect(processed!.attributes).toMatchObject({
      'messaging.system': 'rabbitmq',
      'messaging.operation.type': 'process',
      'messaging.message.id': message.messageId,
      'messaging.destination.name': `waybill.events:${EVENTS.computerRemoved}:result.computers`,
    });
  });

  it('goes with a request into the handler', async () => {
    const client = gatewayClient(broker.connection('services'));
    const traceId = await tracer().startActiveSpan('ask', async (span) => {
      await client.call(FLEET_RPC.computerGet, { id: crypto.randomUUID() }, { timeoutMs: 30_000 });
      span.end();
      return span.spanContext().traceId;
    });
    expect(traceIds['rpc']).toBe(traceId);
    expect(spans(`request ${FLEET_RPC.computerGet}`, traceId)).toHaveLength(1);
    await client.close();
  });

  it('a batch has a span of its own, linked to the trace of each message', async () => {
    const publisher = new Publisher({ connection: broker.connection('agents'), instrument: publishInstrument });
    const computers = [crypto.randomUUID(), crypto.randomUUID()];
    const published = await Promise.all(
      computers.map((id) =>
        tracer().startActiveSpan('report', async (span) => {
          await publisher.publish({
            exchange: 'waybill.reports',
            routingKey: `a-${id}.status.v1`,
            type: 'report.status.v1',
            messageId: id,
            body: {},
          });
          span.end();
          return span.spanContext().traceId;
        }),
      ),
    );
    await eventually(() => expect(batched).toHaveLength(2));
    await eventually(() => {
      const linked = exporter
        .getFinishedSpans()
        .filter((span) => span.name === `process ${REPORT_QUEUES.status}`)
        .flatMap((span) => span.links.map((link) => link.context.traceId));
      expect(new Set(linked)).toEqual(new Set(published));
    });
    // ids are taken out of the name, or every computer would make a series of its own
    expect(spans('publish a-{id}.status.v1', published[0]!)).toHaveLength(1);
  });
});
