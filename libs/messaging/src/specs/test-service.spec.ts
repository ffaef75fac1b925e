import { type DynamicModule, type INestApplication, Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { ServiceName } from '@waybill/contracts';
import { BrokerLinks } from '../nest/broker-links.js';
import { WaybillServer, type WaybillServerOptions } from '../server/waybill-server.js';
import type { VhostRole } from '../server/handler-extras.js';
import { ACTOR_PEM } from './test-actor.spec.js';
import type { TestBroker } from './test-broker.spec.js';

@Module({})
class HandlersModule {
  static with(controllers: Type[]): DynamicModule {
    return { module: HandlersModule, controllers };
  }
}

export interface TestService {
  app: INestApplication;
  server: WaybillServer;
  links: BrokerLinks;
  close(): Promise<void>;
}

/** A Nest application with the given controllers on the transport, closed at the end of the spec. */
export async function startService(
  broker: TestBroker,
  controllers: Type[],
  options: Partial<Omit<WaybillServerOptions, 'links'>> & {
    service: ServiceName;
    brokerUrl?: string;
    vhosts?: VhostRole[];
  },
): Promise<TestService> {
  const links = new BrokerLinks({
    service: options.service,
    brokerUrl: options.brokerUrl ?? broker.url,
    vhostPrefix: broker.prefix,
    vhosts: options.vhosts ?? ['services', 'agents'],
    onFatal: (error) => {
      throw error;
    },
  });
  const server = new WaybillServer({
    probe: async () => undefined,
    actorPublicKeys: () => ACTOR_PEM.publicKey,
    ...options,
    links,
  });
  const module = await Test.createTestingModule({ imports: [HandlersModule.with(controllers)] }).compile();
  const app = module.createNestApplication({ logger: false });
  app.connectMicroservice({ strategy: server });
  await app.startAllMicroservices();
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await app.close();
    await links.close();
  };
  broker.atEnd(close);
  return { app, server, links, close };
}
