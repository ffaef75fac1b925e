import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Orders as they came, to be ordered again. */
export class JobTemplates1765300000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // jobs from before have none
    await runner.query(`
      CREATE TABLE job_orders (
        job_id uuid PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
        document jsonb NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE job_templates (
        id uuid PRIMARY KEY,
        name text COLLATE "C" NOT NULL,
        document jsonb NOT NULL,
        -- what it reaches, out of the document, for limits of roles
        groups text[] NOT NULL,
        computers uuid[] NOT NULL,
        category text,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        revision int NOT NULL DEFAULT 1
      )`);
    await runner.query('CREATE INDEX job_templates_name ON job_templates (name, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE job_templates, job_orders');
  }
}
