import { telemetryServiceName } from './telemetry/service-name.js';
import { incomingAttributes, outgoingAttributes } from './telemetry/without-query.js';
import { onTelemetryStop } from './telemetry/stop-telemetry.js';

/**
 * Starts OpenTelemetry before anything else is loaded: `node --import @waybill/platform/instrumentation dist/main.js`.
 * Without OTEL_EXPORTER_OTLP_ENDPOINT it does nothing and loads nothing. Messaging makes its own spans.
 */
if (process.env['OTEL_EXPORTER_OTLP_ENDPOINT']) {
  const [{ NodeSDK }, { HttpInstrumentation }, { PgInstrumentation }, { PinoInstrumentation }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/instrumentation-http'),
    import('@opentelemetry/instrumentation-pg'),
    import('@opentelemetry/instrumentation-pino'),
  ]);
  const sdk = new NodeSDK({
    serviceName: telemetryServiceName(process.env, process.argv[1]),
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => request.url?.startsWith('/health/') ?? false,
        startIncomingSpanHook: incomingAttributes,
        startOutgoingSpanHook: outgoingAttributes,
      }),
      new PgInstrumentation({ requireParentSpan: true }),
      new PinoInstrumentation(),
    ],
  });
  sdk.start();
  onTelemetryStop(() => sdk.shutdown());
}
