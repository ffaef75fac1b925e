import { type Attributes, type Histogram, metrics } from '@opentelemetry/api';

export type Operation = 'publish' | 'process' | 'request';

const NAMES: Record<Operation, string> = {
  publish: 'messaging.client.operation.duration',
  process: 'messaging.process.duration',
  request: 'rpc.client.duration',
};

const histograms = new Map<Operation, Histogram>();

/** Records how long an operation took, in seconds; destinations are templates, so that ids make no series of their own. */
export function recordDuration(operation: Operation, beganAt: number, attributes: Attributes, error?: Error): void {
  histogram(operation).record((performance.now() - beganAt) / 1_000, {
    'messaging.system': 'rabbitmq',
    'messaging.operation.name': operation,
    'messaging.destination.template': attributes['messaging.destination.template'],
    ...(error ? { 'error.type': error.name } : {}),
  });
}

/** Made at the first use: telemetry is registered before a service runs, but after this module may have been loaded. */
function histogram(operation: Operation): Histogram {
  const known = histograms.get(operation);
  if (known) return known;
  const created = metrics.getMeter('@waybill/messaging').createHistogram(NAMES[operation], { unit: 's' });
  histograms.set(operation, created);
  return created;
}
