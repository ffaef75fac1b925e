import { type SoftwareSource, versionKey } from '@waybill/contracts';
import type { QueryRunner } from 'typeorm';

/**
 * Makes the keys by which versions of software are ordered, by the same function that agents and filters use.
 * @param which condition on rows of `software`
 */
export async function fillVersionKeys(runner: QueryRunner, which = 'true'): Promise<void> {
  const known = (await runner.query(`SELECT DISTINCT version, source FROM software WHERE ${which}`)) as {
    version: string;
    source: SoftwareSource;
  }[];
  await runner.query(
    `UPDATE software s SET version_key = k.key
     FROM unnest($1::text[], $2::text[], $3::text[]) AS k (version, source, key)
     WHERE s.version = k.version AND s.source = k.source`,
    [
      known.map(({ version }) => version),
      known.map(({ source }) => source),
      known.map(({ version, source }) => versionKey(version, source)),
    ],
  );
}
