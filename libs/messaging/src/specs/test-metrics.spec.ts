import { type Attributes, metrics } from '@opentelemetry/api';
import { type DataPoint, type Histogram, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

/** Collects when asked. */
class ReaderOnDemand extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** One value of a metric with its attributes. */
export interface MetricPoint {
  attributes: Attributes;
  /** of a counter or gauge; of a histogram the sum */
  value: number;
  /** of a histogram: how many values, 1 otherwise */
  count: number;
}

/**
 * What the process under test measures, kept in memory. Make it before the code under test starts; one per spec file.
 * As in `@waybill/testing`, which stands on this library and so cannot be used here.
 */
export class TestMetrics {
  private readonly reader = new ReaderOnDemand();
  private readonly provider = new MeterProvider({ readers: [this.reader] });

  constructor() {
    metrics.setGlobalMeterProvider(this.provider);
  }

  /** Collects now and answers the values of one metric; none when it has never been recorded or cannot be observed. */
  async points(name: string): Promise<MetricPoint[]> {
    const { resourceMetrics } = await this.reader.collect();
    const found = resourceMetrics.scopeMetrics
      .flatMap((scope) => scope.metrics)
      .find(({ descriptor }) => descriptor.name === name);
    return ((found?.dataPoints ?? []) as DataPoint<number | Histogram>[]).map(({ attributes, value }) =>
      typeof value === 'number'
        ? { attributes, value, count: 1 }
        : { attributes, value: value.sum ?? 0, count: value.count },
    );
  }

  /** The point that has these attributes among its own, or undefined. */
  async point(name: string, attributes: Attributes): Promise<MetricPoint | undefined> {
    const wanted = Object.entries(attributes);
    return (await this.points(name)).find((point) => wanted.every(([key, value]) => point.attributes[key] === value));
  }

  async stop(): Promise<void> {
    metrics.disable();
    await this.provider.shutdown();
  }
}
