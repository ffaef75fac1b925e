import { Injectable } from '@nestjs/common';
import { type DesiredStateResponse, JOB_RPC, RESULT_RPC } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { computerUnknown } from '../sessions/read-session.query.js';

/** Largest number of executions that job-scheduler takes at a time. */
const CHUNK = 1000;

/** What a computer still has to do: open executions from result, their commands from job-scheduler. */
@Injectable()
export class ReadDesiredState {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
  ) {}

  /** @throws WaybillError `token.computerUnknown`; kind `unavailable` when one of the two cannot be asked */
  async run(computerId: string): Promise<DesiredStateResponse> {
    const known = await this.dataSource.query<unknown[]>('SELECT 1 FROM computers WHERE id = $1', [computerId]);
    if (known.length === 0) throw computerUnknown();
    const { executions } = await this.rpc.call(RESULT_RPC.openOfComputer, { computerId });
    const open = executions.map(({ jobId, run, attempt }) => ({ jobId, run, attempt }));
    const commands: string[] = [];
    for (let from = 0; from < open.length; from += CHUNK) {
      const answer = await this.rpc.call(JOB_RPC.commandsFor, {
        computerId,
        executions: open.slice(from, from + CHUNK),
      });
      commands.push(...answer.commands);
    }
    return { commands, open };
  }
}
