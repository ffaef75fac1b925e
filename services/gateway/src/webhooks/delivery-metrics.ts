import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type BatchObservableCallback, type Histogram, metrics, type Observable } from '@opentelemetry/api';
import { DURATION_BUCKETS } from '@waybill/messaging';
import { DeliveriesRepository } from './deliveries.repository.js';
import type { DeliveryRow } from './webhook-view.js';

/** How an attempt ended: `pending` is tried again. */
export type AttemptState = DeliveryRow['state'];

/**
 * Measures the deliveries to webhooks: `waybill.webhook.attempt.duration` by how each attempt ended, and, with one query per collection, how
 * many deliveries wait or have died (`waybill.webhook.deliveries`) and for how long the oldest has waited (`waybill.webhook.oldest.age`).
 * Receivers are not told apart: each webhook's own list of deliveries does that.
 */
@Injectable()
export class DeliveryMetrics implements OnApplicationBootstrap, OnApplicationShutdown {
  private duration: Histogram | undefined;
  private gauges: Observable[] = [];
  private observe: BatchObservableCallback = () => undefined;

  constructor(private readonly deliveries: DeliveriesRepository) {}

  /** Not earlier: telemetry must have been registered. */
  onApplicationBootstrap(): void {
    const meter = metrics.getMeter('@waybill/gateway');
    this.duration = meter.createHistogram('waybill.webhook.attempt.duration', {
      unit: 's',
      description: 'Attempts to deliver an event to a webhook, by the state in which they left the delivery.',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS },
    });
    const count = meter.createObservableGauge('waybill.webhook.deliveries', {
      unit: '{delivery}',
      description: 'Deliveries that wait (pending) or were given up (dead).',
    });
    const age = meter.createObservableGauge('waybill.webhook.oldest.age', {
      unit: 's',
      description: 'How long the oldest pending delivery to an enabled webhook has waited; 0 when there is none.',
    });
    this.observe = async (result) => {
      const { pending, dead, oldestAgeS } = await this.deliveries.count();
      result.observe(count, pending, stateAttribute('pending'));
      result.observe(count, dead, stateAttribute('dead'));
      result.observe(age, oldestAgeS);
    };
    this.gauges = [count, age];
    meter.addBatchObservableCallback(this.observe, this.gauges);
  }

  onApplicationShutdown(): void {
    metrics.getMeter('@waybill/gateway').removeBatchObservableCallback(this.observe, this.gauges);
  }

  /** An attempt has ended and its outcome is stored. */
  attempted(state: AttemptState, durationMs: number): void {
    this.duration?.record(durationMs / 1000, stateAttribute(state));
  }
}

const stateAttribute = (state: AttemptState) => ({ 'waybill.webhook.delivery.state': state });
