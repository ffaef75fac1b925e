import { VHOSTS } from '@waybill/contracts';
import { buildChannels, type Channels } from './channels.js';
import { buildMessages, type Messages } from './messages.js';
import { buildOperations, type Operations } from './operations.js';
import type { Schemas } from './schemas/json-schema.js';
import { messageSchemas } from './schemas/message-schemas.js';
import { supportingSchemas } from './supporting-schemas.js';

export interface AsyncApiDocument {
  asyncapi: '3.0.0';
  info: object;
  defaultContentType: string;
  servers: object;
  channels: Channels;
  operations: Operations;
  components: { messages: Messages; schemas: Schemas; securitySchemes: object };
}

const DESCRIPTION = `What Waybill's services and agents tell each other over RabbitMQ.

- AMQP properties: \`type\` is the name of the message (its last part is its version); \`message-id\` stays the same when a message is published again. Every message may come more than once: readers are idempotent.
- Everything is published \`mandatory\` and with confirms. Events and reports that cannot be handled go to \`<queue>.dead\`.
- Bodies are JSON in UTF-8; commands are compact JWS, because they must be believed without believing the broker.
- Events, requests and reports with unknown fields are refused. Replies and commands may get new fields: ignore what you do not know. A breaking change is a new version beside the old one.
- The names of the virtual hosts may carry a prefix (WAYBILL_VHOST_PREFIX).`;

/** The whole contract of the broker, from the classes, types and topology that the code itself uses. */
export function buildDocument(): AsyncApiDocument {
  const schemas = messageSchemas();
  const messages = buildMessages(schemas);
  const named = { ...schemas.named, ...supportingSchemas() };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Waybill messages',
      version: '1.0.0',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: servers(),
    channels: buildChannels(),
    operations: buildOperations(),
    components: {
      messages,
      schemas: keepReferenced(messages, named),
      securitySchemes: {
        service: { type: 'userPassword', description: 'One account per service, with the least rights it needs.' },
        agent: {
          type: 'userPassword',
          description:
            'User name a-<computer id>; the password is the access token of POST /agent/v1/token (services/fleet/openapi.json), ' +
            "whose scopes allow the computer's own streams and reports only; renewed in place.",
        },
      },
    },
  };
}

function servers(): object {
  const server = (vhost: keyof typeof VHOSTS, description: string, security: string[]) => ({
    host: 'rabbitmq:5672',
    pathname: `/${VHOSTS[vhost]}`,
    protocol: 'amqp',
    protocolVersion: '0.9.1',
    description,
    security: security.map((scheme) => ({ $ref: `#/components/securitySchemes/${scheme}` })),
  });
  return {
    services: server('services', 'Virtual host of the services alone.', ['service']),
    agents: server('agents', 'Virtual host that the computers share with job-scheduler, fleet and result.', [
      'service',
      'agent',
    ]),
  };
}

/** Only what the messages refer to, directly or through other schemas, by name. */
function keepReferenced(messages: Messages, all: Schemas): Schemas {
  const kept = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      if (key !== '$ref' || typeof child !== 'string') visit(child);
      else {
        const name = child.split('/').at(-1)!;
        if (!all[name]) throw new Error(`there is no schema ${name}`);
        if (kept.has(name)) continue;
        kept.add(name);
        visit(all[name]);
      }
    }
  };
  visit(messages);
  return Object.fromEntries([...kept].sort().map((name) => [name, all[name]!]));
}
