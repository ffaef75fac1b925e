import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

type Attributes = Record<string, unknown>;

/** The newest value of one series of one service. */
export interface CollectedPoint {
  service: string;
  metric: string;
  attributes: Attributes;
  /** of a histogram: how many values */
  value: number;
}

export interface CollectedSpan {
  service: string;
  name: string;
  traceId: string;
}

interface KeyValues {
  attributes?: { key: string; value: Record<string, unknown> }[];
}
interface DataPoint extends KeyValues {
  count?: string | number;
  asInt?: string | number;
  asDouble?: number;
}
interface Scope {
  metrics?: ({ name: string } & Record<'gauge' | 'sum' | 'histogram', { dataPoints: DataPoint[] } | undefined>)[];
  spans?: { name: string; traceId: string }[];
}
interface Exported {
  resourceMetrics?: { resource: KeyValues; scopeMetrics: Scope[] }[];
  resourceSpans?: { resource: KeyValues; scopeSpans: Scope[] }[];
}

/** Receives what services export (OTLP, JSON over HTTP) and keeps the newest. */
export class OtlpCollector {
  readonly spans: CollectedSpan[] = [];
  private readonly newest = new Map<string, CollectedPoint>();
  private readonly server = createServer((request, response) => {
    void json(request).then((body) => {
      this.take(body as Exported);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });

  get points(): CollectedPoint[] {
    return [...this.newest.values()];
  }

  /** Variables that make a service export here, every second. */
  async start(): Promise<Record<string, string>> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_METRIC_EXPORT_TIMEOUT: '1000',
      OTEL_BSP_SCHEDULE_DELAY: '500',
    };
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private take({ resourceMetrics = [], resourceSpans = [] }: Exported): void {
    for (const { resource, scopeMetrics } of resourceMetrics)
      for (const { metrics = [] } of scopeMetrics)
        for (const { name, gauge, sum, histogram } of metrics)
          for (const point of (gauge ?? sum ?? histogram)?.dataPoints ?? [])
            this.keep(serviceOf(resource), name, point);
    for (const { resource, scopeSpans } of resourceSpans)
      for (const { spans = [] } of scopeSpans)
        for (const { name, traceId } of spans) this.spans.push({ service: serviceOf(resource), name, traceId });
  }

  private keep(service: string, metric: string, point: DataPoint): void {
    const attributes = plain(point);
    const value = Number(point.count ?? point.asInt ?? point.asDouble);
    this.newest.set(JSON.stringify([service, metric, attributes]), { service, metric, attributes, value });
  }
}

function serviceOf(resource: KeyValues): string {
  return String(plain(resource)['service.name']).replace(/^waybill-/, '');
}

function plain({ attributes = [] }: KeyValues): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
