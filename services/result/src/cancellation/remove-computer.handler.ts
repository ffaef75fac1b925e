import { Injectable } from '@nestjs/common';
import type { ComputerRemoved } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { REMOVAL_LOCK } from '../assignment/assign-targets.sql.js';
import { CLOSE_COMPUTER_SQL } from './cancel-run.sql.js';
import { COMPUTER_REMOVED, COMPUTER_REMOVED_MESSAGE } from './closing-words.js';

/** A computer was deleted: whatever it still had open is canceled, so that its jobs can end. Doing it twice changes nothing. */
@Injectable()
export class RemoveComputer {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async execute({ computerId }: ComputerRemoved): Promise<void> {
    await this.unitOfWork.run(async (manager) => {
      await manager.query(`SELECT pg_advisory_xact_lock(${REMOVAL_LOCK})`);
      await manager.query(`INSERT INTO removed_computers (computer_id) VALUES ($1) ON CONFLICT DO NOTHING`, [
        computerId,
      ]);
      await manager.query(CLOSE_COMPUTER_SQL, ['canceled', COMPUTER_REMOVED, COMPUTER_REMOVED_MESSAGE, computerId]);
    });
  }
}
