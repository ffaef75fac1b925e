/**
 * Compose, Kubernetes and the local stack must set the same variables as each service's config class reads, and the migrations of the
 * Job `prepare` those that a migration reads: a variable that is missing somewhere, or that nobody reads, fails `npm run check`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { DatabaseConfig, variablesOf } from '@waybill/platform';
import { repositoryRoot } from '../local/local-paths.ts';
import {
  serviceEnvironment,
  type InstallationSettings,
  type ServiceName,
  SERVICES,
} from '../local/services/service-environment.ts';
import { kustomize } from './kustomize.ts';

/** Read by Node itself; the local stack decides which services have it. */
const READ_BY_NODE = ['NODE_OPTIONS'];
/** Where each service's config class is, relative to its dist folder. */
const CONFIG_CLASSES: Record<ServiceName, [file: string, name: string]> = {
  gateway: ['gateway.config.js', 'GatewayConfig'],
  package: ['config/package.config.js', 'PackageConfig'],
  fleet: ['config/fleet.config.js', 'FleetConfig'],
  'job-scheduler': ['config/job-scheduler.config.js', 'JobSchedulerConfig'],
  result: ['result.config.js', 'ResultConfig'],
};
/** The local stack hands these on from its own environment instead of deciding them. */
const INHERITED_LOCALLY = ['OTEL_EXPORTER_OTLP_ENDPOINT'];

interface Container {
  name: string;
  env?: { name: string }[];
}

const compose = parse(readFileSync(join(repositoryRoot, 'deploy/compose.yaml'), 'utf8'), { merge: true }) as {
  services: Record<string, { environment?: Record<string, string> }>;
};
const cluster = parseAllDocuments(
  execFileSync(kustomize()[0]!, [...kustomize().slice(1), join(repositoryRoot, 'k8s/overlays/dev')], {
    encoding: 'utf8',
  }),
)
  .map(
    (document) =>
      document.toJS() as {
        kind: string;
        metadata: { name: string };
        spec: { template: { spec: { containers: Container[] } } };
      },
  )
  .filter(({ kind }) => kind === 'Deployment' || kind === 'Job');
const migrations = containersOf('Job', 'prepare');
const readByMigrations = variablesOf(DatabaseConfig).map(({ name }) => name);

const problems: string[] = [];
for (const service of SERVICES) {
  const own = Object.keys(serviceEnvironment(service, anySettings()));
  const read = [...(await variablesRead(service)), ...READ_BY_NODE.filter((name) => own.includes(name))];
  compare(service, 'deploy/compose.yaml', read, Object.keys(compose.services[service]?.environment ?? {}));
  compare(service, 'k8s', read, variablesSet(containersOf('Deployment', service)));
  const migration = migrations.filter(({ name }) => name === service);
  compare(`the migration of ${service}`, 'the Job prepare of k8s', readByMigrations, variablesSet(migration));
  const local = [...own, ...INHERITED_LOCALLY];
  compare(service, 'deploy/local', read, local);
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}

function containersOf(kind: 'Deployment' | 'Job', name: string): Container[] {
  const found = cluster.find((one) => one.kind === kind && one.metadata.name === name);
  return found?.spec.template.spec.containers ?? [];
}

function variablesSet(containers: readonly Container[]): string[] {
  return containers.flatMap(({ env = [] }) => env.map(({ name }) => name));
}

async function variablesRead(service: ServiceName): Promise<string[]> {
  const [file, name] = CONFIG_CLASSES[service];
  const module = (await import(join(repositoryRoot, 'services', service, 'dist', file))) as Record<
    string,
    new () => object
  >;
  return variablesOf(module[name]!).map((variable) => variable.name);
}

function compare(service: string, where: string, read: string[], set: string[]): void {
  const given = set.map((name) => name.replace(/_FILE$/, ''));
  const wanted = read.map((name) => name.replace(/_FILE$/, ''));
  for (const name of wanted)
    if (!given.includes(name)) problems.push(`${where} does not set ${name}, which ${service} reads`);
  for (const name of given)
    if (!wanted.includes(name)) problems.push(`${where} sets ${name}, which ${service} does not read`);
}

/** Only the names count here. */
function anySettings(): InstallationSettings {
  const perService = Object.fromEntries(SERVICES.map((service) => [service, '']));
  return {
    httpPorts: perService,
    databaseUrls: perService,
    brokerUrls: perService,
    keyFiles: { keySet: '', publish: '', command: '', session: '' },
    s3: {
      endpoint: '',
      bucket: '',
      region: '',
      accounts: Object.fromEntries(SERVICES.map((service) => [service, { accessKey: '', secretKey: '' }])),
    },
  } as unknown as InstallationSettings;
}
