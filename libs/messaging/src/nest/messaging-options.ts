import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { ServiceName } from '@waybill/contracts';
import type { VhostRole } from '../server/handler-extras.js';

export interface MessagingSettings {
  /** `amqp://user:password@host:port`, without virtual host */
  brokerUrl: string;
  /** before each virtual host's name; default none */
  vhostPrefix?: string;
  /** Ed25519 private key (PEM), at each moment, that vouches for the actor of each request; the gateway's alone */
  actorKey?: () => string;
  /** Ed25519 public keys (PEM), at each moment, by which a service that answers requests checks that */
  actorPublicKeys?: () => string;
}

export interface MessagingModuleOptions extends Pick<ModuleMetadata, 'imports'> {
  service: ServiceName;
  inject?: FactoryProvider['inject'];
  useFactory: (...dependencies: never[]) => MessagingSettings | Promise<MessagingSettings>;
  /** virtual hosts that the service publishes to or consumes from */
  vhosts: readonly VhostRole[];
  /** runs the outbox relay; needs a TypeORM `DataSource` in the container */
  outbox?: boolean;
}
