import type { ServiceName } from '@waybill/contracts';

/** Services that keep an audit log: those that people change something in. */
export const AUDITED_SERVICES = ['gateway', 'package', 'fleet', 'job-scheduler'] as const satisfies ServiceName[];
export type AuditedService = (typeof AUDITED_SERVICES)[number];

/** Owns every audit log and logs in nowhere; no service is a member of it. */
export const AUDIT_OWNER = 'waybill_audit';

/** Schema of a service's audit log, beside its own: who owns a schema may drop every table in it. */
export function auditSchema(service: AuditedService): string {
  return `${service.replaceAll('-', '_')}_audit`;
}

/** Hash that the first entry is chained to. */
export const GENESIS = Buffer.alloc(32);

/**
 * The function that chains what a transaction has recorded, by itself so that an older log can be given a newer one.
 *
 * The trigger fires for each entry; the first firing links all of the transaction's, the others find nothing left. Changing the head for each
 * entry instead left a dead row of it each time, which the next change had to pass: 500 entries in one transaction took 350 ms.
 */
export function linkSql(service: AuditedService): string {
  const schema = auditSchema(service);
  return `
CREATE OR REPLACE FUNCTION ${schema}.link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  chain record;
  item record;
  written timestamptz(3);
  text_of text;
  hash_of bytea;
  linked bigint[] := '{}';
BEGIN
  IF NOT EXISTS (SELECT FROM ${schema}.intake WHERE id = NEW.id) THEN
    RETURN NULL;
  END IF;
  SELECT seq, at, hash INTO STRICT chain FROM ${schema}.head FOR UPDATE;
  -- the clock may be set back, the log goes on
  written := greatest(chain.at, date_trunc('milliseconds', clock_timestamp()));
  -- those of other transactions cannot be seen before they commit, and are gone by then
  FOR item IN SELECT id, entry FROM ${schema}.intake ORDER BY id LOOP
    text_of := (item.entry || jsonb_build_object(
      'v', 1, 'service', '${service}', 'seq', chain.seq + 1,
      'at', to_char(written AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text;
    hash_of := sha256(chain.hash || convert_to(text_of, 'UTF8'));
    INSERT INTO ${schema}.entries (seq, at, prev_hash, hash, entry)
    VALUES (chain.seq + 1, written, chain.hash, hash_of, text_of);
    chain.seq := chain.seq + 1;
    chain.hash := hash_of;
    linked := linked || item.id;
  END LOOP;
  UPDATE ${schema}.head SET seq = chain.seq, at = written, hash = chain.hash;
  DELETE FROM ${schema}.intake WHERE id = ANY (linked);
  RETURN NULL;
END $$;
`;
}

/**
 * Objects of one audit log, made once by an administrator of the database.
 *
 * A service inserts into `intake`; the deferred trigger `link` runs as {@link AUDIT_OWNER} when the transaction commits, numbers
 * its entries, chains them and moves them to `entries`. So the lock of the chain is taken last and held only while the transaction
 * commits: who holds it waits for no other lock, and a transaction that is rolled back has never touched it.
 */
export function auditSchemaSql(service: AuditedService): string {
  const schema = auditSchema(service);
  return `
CREATE TABLE ${schema}.intake (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entry jsonb NOT NULL CHECK (jsonb_typeof(entry) = 'object')
);
CREATE TABLE ${schema}.entries (
  seq bigint PRIMARY KEY,
  at timestamptz(3) NOT NULL,
  prev_hash bytea NOT NULL,
  hash bytea NOT NULL,
  -- exactly the text that was hashed; the columns below are read from it and cannot say anything else
  entry text NOT NULL,
  actor text COLLATE "C" GENERATED ALWAYS AS (entry::jsonb -> 'actor' ->> 'name') STORED,
  action text COLLATE "C" GENERATED ALWAYS AS (entry::jsonb ->> 'action') STORED,
  object_type text COLLATE "C" GENERATED ALWAYS AS (entry::jsonb -> 'object' ->> 'type') STORED,
  object_id text COLLATE "C" GENERATED ALWAYS AS (entry::jsonb -> 'object' ->> 'id') STORED
);
CREATE INDEX entries_by_time ON ${schema}.entries (at);
CREATE INDEX entries_by_actor ON ${schema}.entries (actor, seq);
CREATE INDEX entries_by_action ON ${schema}.entries (action, seq);
CREATE INDEX entries_by_object ON ${schema}.entries (object_id, seq);
CREATE TABLE ${schema}.head (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  seq bigint NOT NULL,
  at timestamptz(3) NOT NULL,
  hash bytea NOT NULL
);
INSERT INTO ${schema}.head (seq, at, hash) VALUES (0, 'epoch', '\\x${GENESIS.toString('hex')}');

${linkSql(service)}CREATE CONSTRAINT TRIGGER link AFTER INSERT ON ${schema}.intake
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ${schema}.link();

CREATE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % of %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${schema}.entries
FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.refuse();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON ${schema}.head
FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.refuse();
REVOKE ALL ON FUNCTION ${schema}.link(), ${schema}.refuse() FROM PUBLIC;
`;
}
