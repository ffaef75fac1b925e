import { telemetryServiceName } from './service-name.js';
import { onTelemetryStop, stopTelemetry } from './stop-telemetry.js';

describe('telemetryServiceName', () => {
  it.each([
    [{}, '/srv/waybill/services/job-scheduler/dist/main.js', 'waybill-job-scheduler'],
    [{ OTEL_SERVICE_NAME: 'mine' }, '/srv/waybill/services/fleet/dist/main.js', 'mine'],
    [{ OTEL_SERVICE_NAME: '' }, 'C:\\waybill\\services\\fleet\\dist\\main.js', 'waybill-fleet'],
    [{}, '/elsewhere/main.js', 'waybill'],
    [{}, undefined, 'waybill'],
  ])('%p %p → %s', (env, entry, name) => {
    expect(telemetryServiceName(env, entry)).toBe(name);
  });
});

describe('stopTelemetry', () => {
  it('ends although the collector refuses or never answers', async () => {
    onTelemetryStop(() => Promise.reject(new Error('refused')));
    await expect(stopTelemetry()).resolves.toBeUndefined();
    onTelemetryStop(() => new Promise(() => undefined));
    await expect(stopTelemetry()).resolves.toBeUndefined();
  });
});
