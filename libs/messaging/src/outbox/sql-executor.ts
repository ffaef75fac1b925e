/** What a TypeORM EntityManager or QueryRunner, and a pg client, have in common. */
export interface SqlExecutor {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** TypeORM answers with the rows, pg with `{ rows }`. */
export async function queryRows<Row>(sql: SqlExecutor, text: string, parameters: unknown[]): Promise<Row[]> {
  const result = await sql.query(text, parameters);
  if (Array.isArray(result)) return result as Row[];
  return (result as { rows: Row[] }).rows;
}
