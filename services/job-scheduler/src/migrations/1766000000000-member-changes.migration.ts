import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who left or joined the groups of a job while its targets were being looked for. */
export class MemberChanges1766000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE member_changes (
        job_id      uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
        computer_id uuid NOT NULL,
        joined      boolean NOT NULL,
        PRIMARY KEY (job_id, joined, computer_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE member_changes');
  }
}
