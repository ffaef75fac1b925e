/**
 * Name of a process in traces: `OTEL_SERVICE_NAME`, else the service whose `main.js` is run (`…/services/fleet/dist/main.js` →
 * `waybill-fleet`).
 */
export function telemetryServiceName(env: NodeJS.ProcessEnv, entry: string | undefined): string {
  const service = /[\\/]services[\\/]([a-z-]+)[\\/]/.exec(entry ?? '')?.[1];
  return env['OTEL_SERVICE_NAME'] || (service ? `waybill-${service}` : 'waybill');
}
