import { INBOX_SQL, OUTBOX_SQL } from '@waybill/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of the outbox and the inbox. */
export class Messaging1763999999999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(OUTBOX_SQL);
    await runner.query(INBOX_SQL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE inbox, outbox');
  }
}
