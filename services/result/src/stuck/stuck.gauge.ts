import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { metrics, type ObservableGauge, type ObservableResult } from '@opentelemetry/api';
import { CountStuck } from './count-stuck.query.js';

/** Reports `waybill.executions.stuck` by status: one query per collection. Every replica reports the same, so take the largest. */
@Injectable()
export class StuckGauge implements OnApplicationBootstrap, OnApplicationShutdown {
  private gauge: ObservableGauge | undefined;

  constructor(private readonly stuck: CountStuck) {}

  /** Not earlier: telemetry must have been registered. */
  onApplicationBootstrap(): void {
    this.gauge = metrics.getMeter('@waybill/result').createObservableGauge('waybill.executions.stuck', {
      unit: '{execution}',
      description:
        'Executions whose installer was started, that have not ended and whose agent has said nothing for an hour.',
    });
    this.gauge.addCallback(this.observe);
  }

  onApplicationShutdown(): void {
    this.gauge?.removeCallback(this.observe);
  }

  private readonly observe = async (result: ObservableResult): Promise<void> => {
    for (const [status, count] of await this.stuck.execute())
      result.observe(count, { 'waybill.execution.status': status });
  };
}
