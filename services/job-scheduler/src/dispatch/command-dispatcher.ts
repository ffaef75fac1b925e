import { Injectable } from '@nestjs/common';
import {
  type Command,
  COMMAND_CONTENT_TYPE,
  COMMAND_TYPES,
  EXCHANGES,
  SEQ_HEADER,
  STREAM_FILTER_HEADER,
} from '@waybill/contracts';
import { Outbox, type OutboxMessage, type SqlExecutor } from '@waybill/messaging';
import { v7 as uuidv7 } from 'uuid';
import { CommandSigner } from './command-signer.js';
import type { PlannedCommand } from './plan-commands.js';
import { StreamsRepository } from './streams.repository.js';

/** Numbers, signs and hands commands to the outbox. */
@Injectable()
export class CommandDispatcher {
  constructor(
    private readonly streams: StreamsRepository,
    private readonly signer: CommandSigner,
    private readonly outbox: Outbox,
  ) {}

  /** Call it once per transaction with all of its commands, as its last step but commit. */
  async send(sql: SqlExecutor, planned: readonly PlannedCommand[], now: Date): Promise<void> {
    if (planned.length === 0) return;
    const counts = new Map<string, number>();
    for (const { stream } of planned) counts.set(stream, (counts.get(stream) ?? 0) + 1);
    const sign = await this.signer.ready();
    const next = await this.streams.take(sql, counts);
    const commands = planned.map((plan) => {
      const seq = next.get(plan.stream)!;
      next.set(plan.stream, seq + 1);
      return { plan, command: numbered(plan, seq, now) };
    });
    await this.streams.record(
      sql,
      commands.map(({ plan: { stream, content }, command: { id, seq } }) => ({ id, seq, stream, ...content })),
      now,
    );
    await this.outbox.add(
      sql,
      commands.map(({ plan, command }) => message(plan, command, sign(command))),
    );
  }
}

function message({ stream, selector }: PlannedCommand, command: Command, body: string): OutboxMessage {
  const only = selector.kind === 'computers' && selector.ids.length === 1 ? selector.ids[0] : undefined;
  return {
    vhost: 'agents',
    exchange: EXCHANGES.commands,
    routingKey: stream,
    type: COMMAND_TYPES[command.kind],
    messageId: command.id,
    contentType: COMMAND_CONTENT_TYPE,
    headers: { [SEQ_HEADER]: command.seq, ...(only ? { [STREAM_FILTER_HEADER]: only } : {}) },
    body,
  };
}

function numbered({ audience, selector, content }: PlannedCommand, seq: number, now: Date): Command {
  return { id: uuidv7(), v: 1, audience, seq, issuedAt: now.toISOString(), selector, ...content };
}
