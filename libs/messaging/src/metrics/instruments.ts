import { type BatchObservableCallback, type Histogram, type Meter, metrics, type Observable } from '@opentelemetry/api';

/** Seconds; the boundaries that OpenTelemetry's conventions name for durations of operations. */
export const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Seconds; for how late something is: from at once to an hour. */
export const LATENESS_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** Of the whole process. Ask for it when it is needed: one that was asked for before telemetry was registered measures nothing for ever. */
export function meter(): Meter {
  return metrics.getMeter('@waybill/messaging');
}

/** An instrument that is made at its first use: telemetry is registered before a service runs, but after this module may have been loaded. */
export function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** A histogram of seconds, made at its first use. */
export function secondsHistogram(name: string, description: string, buckets: number[]): () => Histogram {
  return lazily(() =>
    meter().createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries: buckets } }),
  );
}

/**
 * Asks `callback` at every collection; when it throws, its instruments have no value this time.
 * @returns ends it
 */
export function observe(instruments: Observable[], callback: BatchObservableCallback): () => void {
  const registered = meter();
  registered.addBatchObservableCallback(callback, instruments);
  return () => registered.removeBatchObservableCallback(callback, instruments);
}
