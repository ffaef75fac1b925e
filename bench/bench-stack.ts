import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Servers, startServers, startServices } from '../deploy/local/stack.ts';
import { Api } from '../e2e/support/api.ts';
import { publishVersion } from '../e2e/support/publish.ts';
import { BrokerAdmin } from './broker-admin.ts';

type Service = 'gateway' | 'package' | 'fleet' | 'job-scheduler' | 'result';

/** What the benchmarks need of a stack of their own, and ways to look behind the API where it would disturb the measurement. */
export interface BenchStack {
  api: Api;
  gateway: string;
  fleet: string;
  /** superuser on the installation's database */
  databaseUrl: string;
  database: pg.Pool;
  /** administrator, without virtual host */
  brokerAdminUrl: string;
  broker: BrokerAdmin;
  servicesVhost: string;
  /** the scheduler's own account: others may not say its events */
  schedulerBrokerUrl: string;
  agentsVhost: string;
  storage: {
    endPoint: string;
    port: number;
    useSSL: boolean;
    accessKey: string;
    secretKey: string;
    region: string;
    bucket: string;
  };
  pidOf(service: Service): number;
  startService(service: Service): Promise<void>;
  stopService(service: Service): Promise<void>;
  /** kill -9 */
  killService(service: Service): Promise<void>;
  /** The broker's own process, to be killed and started again; undefined when the broker is not ours. */
  brokerProcess: Servers['rabbitmq'];
  /** An account that may publish in any computer's name. */
  impersonator(): Promise<{ brokerUrl: string; vhost: string }>;
  /** executions of a job; of those the succeeded */
  total(jobId: string): Promise<number>;
  succeeded(jobId: string): Promise<number>;
  /** A new published package that agents of the simulator "install"; one that they have already would end without a step. */
  publishTinyPackage(): Promise<{ package: string; version: string }>;
  stop(): Promise<void>;
}

const INSTALLATION = 'bench';

export async function startBenchStack(): Promise<BenchStack> {
  const servers = await startServers({ instance: 'bench', fresh: true, installation: INSTALLATION });
  const stopServers = () => servers.stop();
  try {
    const services = await startServices({
      servers,
      installation: INSTALLATION,
      // thousands of computers come from one address here, and one token asks as fast as it can
      env: { all: { WAYBILL_LOG_LEVEL: 'warn', WAYBILL_RATE_PER_TOKEN: '0', WAYBILL_RATE_PER_ADDRESS: '0' } },
    });
    const { settings } = services;
    const databaseUrl = new URL(servers.addresses.postgresUrl);
    databaseUrl.pathname = `/waybill_${INSTALLATION}`;
    const database = new pg.Pool({ connectionString: databaseUrl.toString(), max: 4 });
    const broker = new BrokerAdmin(servers.addresses.managementUrl);
    const s3 = new URL(settings.s3.endpoint);
    const agentsVhost = `${settings.vhostPrefix}agents`;
    let tiny = 0;
    const count = async (jobId: string, condition: string) => {
      const { rows } = await database.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM result.executions WHERE job_id = $1 AND ${condition}`,
        [jobId],
      );
      return rows[0]!.n;
    };
    return {
      api: await Api.login({ server: services.gatewayUrl, password: services.adminPassword }),
      gateway: services.gatewayUrl,
      fleet: services.fleetUrl,
      databaseUrl: databaseUrl.toString(),
      database,
      brokerAdminUrl: servers.addresses.brokerUrl,
      broker,
      servicesVhost: `${settings.vhostPrefix}waybill`,
      schedulerBrokerUrl: settings.brokerUrls['job-scheduler'],
      agentsVhost,
      storage: {
        endPoint: s3.hostname,
        port: Number(s3.port),
        useSSL: false,
        accessKey: servers.addresses.s3.accessKey,
        secretKey: servers.addresses.s3.secretKey,
        region: settings.s3.region,
        bucket: settings.s3.bucket,
      },
      pidOf: (service) => {
        const { pid } = services.process[service];
        if (pid === undefined) throw new Error(`${service} is not running`);
        return pid;
      },
      startService: async (service) => {
        if (services.process[service].pid === undefined) await services.process[service].start();
      },
      stopService: (service) => services.process[service].stop(),
      killService: (service) => services.process[service].kill(),
      brokerProcess: servers.rabbitmq,
      impersonator: async () => {
        const password = randomBytes(12).toString('hex');
        await broker.impersonator('bench-load', password, agentsVhost);
        const url = new URL(servers.addresses.brokerUrl);
        return { brokerUrl: `amqp://bench-load:${password}@${url.host}`, vhost: agentsVhost };
      },
      total: (jobId) => count(jobId, 'true'),
      succeeded: (jobId) => count(jobId, "status = 'succeeded'"),
      publishTinyPackage: async () => {
        const api = await Api.login({ server: services.gatewayUrl, password: services.adminPassword });
        const bytes = Buffer.from('#!/bin/sh\nexit 0\n');
        const manifest = {
          package: `bench-tiny-${++tiny}`,
          version: '1.0.0',
          variants: [
            {
              platform: { os: 'linux' },
              artifacts: [{ file: 'run.sh' }],
              installer: { type: 'script', file: 'run.sh' },
              detection: [{ file: { path: '/opt/bench-tiny' } }],
            },
          ],
        };
        await publishVersion(api, manifest, [{ name: 'run.sh', bytes }]);
        return { package: manifest.package, version: manifest.version };
      },
      stop: async () => {
        await database.end();
        await services.stop();
        await stopServers();
      },
    };
  } catch (error) {
    await stopServers();
    throw error;
  }
}
