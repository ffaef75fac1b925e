import { z } from 'zod';
import { JOB_ACTIONS } from '../status/job-status.js';
import { hasOffset, wallOf } from '../time/instant-of.js';
import { LOCAL_ZONE } from '../time/local-times.js';
import type { Command } from './command.js';
import { RESTART_POLICIES } from './user-policy.js';

const moment = z.iso.datetime({ offset: true });
const wallClock = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/)
  .refine((text) => wallOf(text) !== null && !hasOffset(text));
/** Largest number that the server stores. */
const MAX_COUNT = 2_147_483_647;
const count = z.int().min(1).max(MAX_COUNT);

const header = {
  id: z.uuid(),
  v: z.literal(1),
  audience: z.union([
    z.object({ group: z.uuid(), generation: z.int() }),
    z.object({ shard: z.int() }),
    z.object({ computer: z.uuid() }),
  ]),
  seq: z.int().min(0),
  issuedAt: moment,
  expiresAt: moment,
};

/** What every command has, whatever else a newer server says in it. */
export const headerSchema = z.object(header);

const selector = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('slice'), from: z.number(), to: z.number() }),
  z.object({ kind: z.literal('unfinished'), attempt: count }),
  z.object({ kind: z.literal('computers'), ids: z.array(z.uuid()) }),
]);

const execute = z.object({
  ...header,
  kind: z.literal('execute'),
  jobId: z.uuid(),
  run: count,
  attempt: count,
  priority: z.int(),
  action: z.enum(JOB_ACTIONS),
  signedManifest: z.string(),
  manifestDigest: z.string(),
  selector,
  resolvedAt: moment,
  lateJoiners: z.enum(['include', 'exclude']),
  exclude: z.object({ groups: z.array(z.string()), computers: z.array(z.string()) }),
  revision: count.optional(),
  installAt: z.union([moment, z.literal(LOCAL_ZONE)]).optional(),
  local: z
    .object({ startAt: wallClock.optional(), installAt: wallClock.optional(), expiresAt: wallClock.optional() })
    .optional(),
  windows: z.literal('ignore').optional(),
  acceptBy: moment.optional(),
  retry: z
    .object({
      attempts: z.int().min(2).max(10),
      backoffMs: z.int().min(0),
      multiplier: z.number().min(1),
      jitter: z.number().min(0).max(1),
      on: z.array(z.string()),
    })
    .optional(),
  user: z
    .object({
      notify: z.boolean(),
      deferrals: z.int().min(0).max(100),
      deadlineMs: z.int().min(1).max(31_536_000_000).optional(),
      restart: z.enum(RESTART_POLICIES),
    })
    .optional(),
});

const cancel = z.object({
  ...header,
  kind: z.literal('cancel'),
  jobId: z.uuid(),
  run: count,
  attempt: count,
  selector,
  status: z.enum(['canceled', 'expired']),
  reason: z.string(),
  code: z.literal('target.left').optional(),
});

const hold = z.object({
  ...header,
  kind: z.literal('hold'),
  jobId: z.uuid(),
  run: count,
  attempt: count,
  selector,
  revision: count,
  held: z.boolean(),
  reason: z.string(),
});

const sessionRefresh = z.object({ ...header, kind: z.literal('session.refresh'), computerId: z.uuid() });

/** Shape of a command's payload. Fields that a reader does not know are ignored: a newer server may say more. */
export const commandSchema: z.ZodType<Command> = z.discriminatedUnion('kind', [
  execute.refine(({ installAt, local }) => (installAt === LOCAL_ZONE) === (local !== undefined), { path: ['local'] }),
  cancel,
  hold,
  sessionRefresh,
]);

/**
 * What has to be known of an execute command to report its refusal to the right execution. For commands whose rest an
 * agent does not understand, e.g. a manifest with a key that only newer agents know.
 */
export const executeClaimSchema = execute.pick({
  id: true,
  v: true,
  audience: true,
  seq: true,
  issuedAt: true,
  expiresAt: true,
  kind: true,
  jobId: true,
  run: true,
  attempt: true,
  selector: true,
  resolvedAt: true,
  lateJoiners: true,
  exclude: true,
});

/** Payloads of commands as JSON Schemas (draft 7), by kind. The manifest is inside of a signature: text, as far as JSON knows. */
export function commandJsonSchemas(): Record<Command['kind'], object> {
  const schemaOf = (schema: z.ZodType): object => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-07', io: 'input' });
    return rest;
  };
  return {
    execute: schemaOf(execute),
    cancel: schemaOf(cancel),
    hold: schemaOf(hold),
    'session.refresh': schemaOf(sessionRefresh),
  };
}
