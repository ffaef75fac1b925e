import { type DynamicModule, Logger as NestLogger, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { json, type Request, type RequestHandler } from 'express';
import helmet from 'helmet';
import { Logger } from 'nestjs-pino';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { listOf } from '../config/lists.js';
import { PublicServiceConfig, type ServiceConfig } from '../config/service-config.js';
import { ProblemFilter } from '../errors/problem.filter.js';
import { type HealthCheck, HealthRegistry } from '../health/health.registry.js';
import { bodyDeadline, type Deadlines, DEADLINES, setDeadlines } from '../http/deadlines.js';
import { demandHost, letHostlessIn } from '../http/host-header.js';
import { type RateLimits, rateLimit } from '../http/rate-limit.js';
import { requestId } from '../http/request-id.js';
import { nameRoute } from '../http/route-name.js';
import { refuseControlsInPath } from '../http/storable-text.js';
import { demandReadableJson } from '../http/json-depth.js';
import { answerMalformedRequests } from '../http/malformed-request.js';
import { bodyValidation } from '../http/validation.pipe.js';
import { believe } from '../tls/believe.js';
import { type Identity, serverTls } from '../tls/server-tls.js';
import { WholeSiteAdapter } from '../http/whole-site.adapter.js';
import { endOnBug, endOnSignal } from './end-of-process.js';

export interface RunServiceOptions {
  /** e.g. `fleet` */
  service: string;
  host: string;
  port: number;
  /** provider token of the Nest transport strategy, e.g. `WaybillServer` */
  transport?: Type<object>;
  /** provider token of something that names readiness checks, e.g. `MessagingHealth` */
  health?: Type<{ indicators(): { name: string; check: HealthCheck }[] }>;
  /** routes, parsers and documents of this service, before it listens */
  configureHttp?: (app: NestExpressApplication) => void | Promise<void>;
  /** largest JSON body in bytes, default 1 MiB */
  bodyLimit?: number;
  /** speaks HTTPS with it; default plain HTTP */
  identity?: Identity;
  /** default {@link DEADLINES} */
  deadlines?: Partial<Deadlines>;
  /** default none */
  rates?: RateLimits;
  /** addresses and networks whose `X-Forwarded-For` is believed */
  trustedProxies?: readonly string[];
  /** requests whose body the handler reads itself, as it comes, even when it calls itself JSON */
  streamsBody?: (request: Request) => boolean;
}

/**
 * Starts a service: HTTP with problem+json, the message handlers, a clean end on SIGTERM and SIGINT (stop taking messages, wait for
 * those in hand, let the outbox leave, close). A start that fails says so in one line and ends with exit code 1.
 */
export async function runService(module: Type<object> | DynamicModule, options: RunServiceOptions): Promise<void> {
  endOnBug();
  try {
    const app = await createService(module, options);
    endOnSignal(app, options.service);
    await app.startAllMicroservices();
    await app.listen(options.port, options.host);
    new NestLogger('Process').log(`${options.service} listens on ${options.host}:${options.port}`);
  } catch (error) {
    process.stderr.write(`${options.service} cannot start: ${startProblem(error, options)}\n`);
    process.exit(1);
  }
}

export interface StartServiceOptions<Config extends ServiceConfig> extends Omit<RunServiceOptions, 'host' | 'port'> {
  config: new () => Config;
  module: (config: Config) => DynamicModule;
}

/** The whole of a service's `main.ts`: reads the environment, then {@link runService}. A wrong variable is one sentence and exit code 1. */
export async function startService<Config extends ServiceConfig>({
  config: type,
  module,
  ...options
}: StartServiceOptions<Config>): Promise<void> {
  let config: Config;
  try {
    config = loadConfig(type);
    believe(config.ca);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${options.service} cannot start: ${error.message}\n`);
    process.exit(1);
  }
  const outside = config instanceof PublicServiceConfig ? outsideOf(config) : {};
  const { tlsCert: certificate, tlsKey: key } = config;
  const secure = certificate && key ? { identity: { certificate, key } } : {};
  await runService(module(config), { ...options, ...outside, ...secure, host: config.httpHost, port: config.httpPort });
}

/** What the environment says about callers from outside. */
function outsideOf(config: PublicServiceConfig): Pick<RunServiceOptions, 'rates' | 'trustedProxies'> {
  return {
    rates: { perToken: config.ratePerToken, perAddress: config.ratePerAddress },
    trustedProxies: listOf(config.trustedProxies),
  };
}

/** The service as it will run, not listening yet; specs use it on a free port. */
export async function createService(
  module: Type<object> | DynamicModule,
  options: RunServiceOptions,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(module, new WholeSiteAdapter(), {
    // kept until the logger is there; of a start that fails only the reason is shown
    bufferLogs: true,
    autoFlushLogs: false,
    bodyParser: false,
    abortOnError: false,
    ...(options.identity ? { httpsOptions: serverTls(options.identity) } : {}),
  });
  app.useLogger(app.get(Logger));
  const deadlines = { ...DEADLINES, ...options.deadlines };
  answerMalformedRequests(app.getHttpServer());
  setDeadlines(app.getHttpServer(), deadlines);
  app.set('trust proxy', options.trustedProxies?.length ? [...options.trustedProxies] : false);
  letHostlessIn(app.getHttpServer());
  app.flushLogs();
  app.disable('x-powered-by');
  app.use(nameRoute);
  app.use(requestId);
  app.use(demandHost);
  app.use(refuseControlsInPath);
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  if (options.rates) app.use(rateLimit(options.rates));
  app.use(bodyDeadline(deadlines.body, options.streamsBody ?? (() => false)));
  await options.configureHttp?.(app);
  app.use(jsonBodies(options));
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(bodyValidation());
  if (options.transport) {
    app.connectMicroservice({ strategy: app.get<object>(options.transport) as never }, { inheritAppConfig: false });
  }
  if (options.health) {
    const registry = app.get(HealthRegistry);
    for (const { name, check } of app.get(options.health).indicators()) registry.register(name, check);
  }
  return app;
}

function jsonBodies({ bodyLimit = 1024 * 1024, streamsBody = () => false }: RunServiceOptions): RequestHandler {
  const parse = json({ limit: bodyLimit, verify: demandReadableJson });
  return (request, response, next) => (streamsBody(request) ? next() : parse(request, response, next));
}

/** One sentence for what an operator can put right, the stack for what is a mistake of ours. */
function startProblem(error: unknown, { port }: RunServiceOptions): string {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `port ${port} is taken; free it or set WAYBILL_HTTP_PORT.`;
  if (code === 'EACCES')
    return `port ${port} may not be opened by this user; choose one above 1023 with WAYBILL_HTTP_PORT.`;
  if (code !== undefined) return message === '' ? code : message;
  return stack ?? String(error);
}
