import { type Command, JOB_ACTIONS, manifestSchema } from '@waybill/contracts/agent';
import { z } from 'zod';

const moment = z.iso.datetime({ offset: true });
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

/** Shape of a command's payload. Fields that this agent does not know are ignored: a newer server may say more. */
export const commandSchema: z.ZodType<Command> = z.discriminatedUnion('kind', [
  z.object({
    ...header,
    kind: z.literal('execute'),
    jobId: z.uuid(),
    run: count,
    attempt: count,
    priority: z.int(),
    action: z.enum(JOB_ACTIONS),
    manifest: manifestSchema,
    manifestDigest: z.string(),
    selector,
    resolvedAt: moment,
    lateJoiners: z.enum(['include', 'exclude']),
    exclude: z.object({ groups: z.array(z.string()), computers: z.array(z.string()) }),
    installAt: moment.optional(),
  }),
  z.object({
    ...header,
    kind: z.literal('cancel'),
    jobId: z.uuid(),
    run: count,
    attempt: count,
    selector,
    status: z.enum(['canceled', 'expired']),
    reason: z.string(),
  }),
  z.object({ ...header, kind: z.literal('session.refresh'), computerId: z.uuid() }),
]);

/**
 * What has to be known of an execute command to report its refusal to the right execution. For commands whose rest this
 * agent does not understand, e.g. a manifest with a key that only newer agents know.
 */
export const executeClaimSchema = z.object({
  ...header,
  kind: z.literal('execute'),
  jobId: z.uuid(),
  run: count,
  attempt: count,
  selector,
  resolvedAt: moment,
  lateJoiners: z.enum(['include', 'exclude']),
  exclude: z.object({ groups: z.array(z.string()), computers: z.array(z.string()) }),
});
