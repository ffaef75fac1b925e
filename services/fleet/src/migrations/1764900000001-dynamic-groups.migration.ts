import type { MigrationInterface, QueryRunner } from 'typeorm';
import { fillVersionKeys } from './fill-version-keys.js';

/** What of a computer a dynamic group may look at; a change of software shows in its digest. */
const LASTING = 'name, hostname, os, arch, distribution, agent_version, attributes, inventory, software_digest';

/**
 * Dynamic groups: a filter whose matches are kept as memberships like any others.
 *
 * A trigger notes each computer of which something was written that a filter may name: no writer can forget it. The note is updated, not
 * left as it is, when there is one already: the update waits for whoever is working it off and is seen by them or by the next.
 */
export class DynamicGroups1764900000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE groups
        DROP CONSTRAINT groups_kind_check,
        ADD COLUMN filter text,
        ADD CHECK (kind IN ('static', 'dynamic')),
        ADD CHECK ((kind = 'dynamic') = (filter IS NOT NULL))`);

    await runner.query(`ALTER TABLE software ADD COLUMN version_key text COLLATE "C"`);
    await fillVersionKeys(runner);
    await runner.query(`ALTER TABLE software ALTER COLUMN version_key SET NOT NULL`);
    await runner.query(`CREATE INDEX software_by_name ON software (name, version_key) INCLUDE (computer_id, source)`);
    await runner.query(`CREATE INDEX computers_attributes ON computers USING gin (attributes jsonb_path_ops)`);

    await runner.query(`
      CREATE TABLE membership_checks (
        -- no foreign key: a computer that is gone is in no group
        computer_id uuid PRIMARY KEY,
        since timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await runner.query('CREATE INDEX membership_checks_since ON membership_checks (since)');
    await runner.query(`
      CREATE FUNCTION note_membership_check() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
      BEGIN
        INSERT INTO membership_checks (computer_id) VALUES (NEW.id)
        ON CONFLICT (computer_id) DO UPDATE SET since = excluded.since;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER computers_enrolled AFTER INSERT ON computers FOR EACH ROW EXECUTE FUNCTION note_membership_check()`);
    await runner.query(`
      CREATE TRIGGER computers_changed AFTER UPDATE OF ${LASTING} ON computers FOR EACH ROW
      WHEN (${rowOf('OLD')} IS DISTINCT FROM ${rowOf('NEW')}) EXECUTE FUNCTION note_membership_check()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER computers_changed ON computers');
    await runner.query('DROP TRIGGER computers_enrolled ON computers');
    await runner.query('DROP FUNCTION note_membership_check');
    await runner.query('DROP TABLE membership_checks');
    await runner.query('DROP INDEX computers_attributes, software_by_name');
    await runner.query('ALTER TABLE software DROP COLUMN version_key');
    await runner.query(`DELETE FROM groups WHERE kind = 'dynamic'`);
    await runner.query(`ALTER TABLE groups DROP COLUMN filter, DROP CONSTRAINT groups_kind_check`);
    await runner.query(`ALTER TABLE groups ADD CONSTRAINT groups_kind_check CHECK (kind = 'static')`);
  }
}

function rowOf(side: 'OLD' | 'NEW'): string {
  return `(${LASTING.split(', ')
    .map((column) => `${side}.${column}`)
    .join(', ')})`;
}
