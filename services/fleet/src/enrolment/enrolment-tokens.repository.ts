import { Injectable } from '@nestjs/common';
import type { EnrolmentTokenView } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import type { TokenState } from './enrolment-token.js';

/** What a token is shown as; also the base of lists. The secret is nowhere. */
export const TOKEN_COLUMNS = `t.id, t.max_uses AS "maxUses", t.uses, t.expires_at AS "expiresAt", t.created_at AS "createdAt",
  ARRAY(SELECT g.name FROM groups g WHERE g.id = ANY(t.group_ids) ORDER BY g.name) AS groups`;

export interface TokenRow {
  id: string;
  maxUses: number;
  uses: number;
  expiresAt: Date;
  createdAt: Date;
  groups: string[];
}

export interface NewToken {
  id: string;
  secretHash: Buffer;
  groupIds: string[];
  maxUses: number;
  expiresAt: Date;
}

/** A token as it is presented. */
export interface PresentedToken extends TokenState {
  groupIds: string[];
}

const INSERT = `INSERT INTO enrolment_tokens (id, secret_hash, group_ids, max_uses, expires_at) VALUES ($1, $2, $3, $4, $5)`;

const BY_SECRET = `
SELECT id, max_uses AS "maxUses", uses, expires_at AS "expiresAt", group_ids AS "groupIds" FROM enrolment_tokens WHERE secret_hash = $1`;

// The row lock makes those who present a token at the same time count one after the other.
const USE = `
WITH used AS (
  UPDATE enrolment_tokens SET uses = uses + 1 WHERE id = $1 AND uses < max_uses AND expires_at > clock_timestamp() RETURNING 1
)
SELECT count(*)::int AS used FROM used`;

@Injectable()
export class EnrolmentTokensRepository {
  async insert(sql: SqlExecutor, token: NewToken): Promise<void> {
    await sql.query(INSERT, [token.id, token.secretHash, token.groupIds, token.maxUses, token.expiresAt]);
  }

  async find(sql: SqlExecutor, secretHash: Buffer): Promise<PresentedToken | null> {
    const [token] = (await sql.query(BY_SECRET, [secretHash])) as PresentedToken[];
    return token ?? null;
  }

  /** Counts one use; false when the token is used up, expired or removed. Holds the token until the transaction ends: call it last. */
  async use(sql: SqlExecutor, id: string): Promise<boolean> {
    const [row] = (await sql.query(USE, [id])) as { used: number }[];
    return row!.used === 1;
  }

  /** False when there is none. */
  async remove(sql: SqlExecutor, id: string): Promise<boolean> {
    const rows = (await sql.query(
      'WITH gone AS (DELETE FROM enrolment_tokens WHERE id = $1 RETURNING 1) SELECT 1 FROM gone',
      [id],
    )) as unknown[];
    return rows.length > 0;
  }

  async view(sql: SqlExecutor, id: string): Promise<EnrolmentTokenView> {
    const [row] = (await sql.query(`SELECT ${TOKEN_COLUMNS} FROM enrolment_tokens t WHERE t.id = $1`, [
      id,
    ])) as TokenRow[];
    return tokenView(row!);
  }
}

export function tokenView(row: TokenRow): EnrolmentTokenView {
  return { ...row, expiresAt: row.expiresAt.toISOString(), createdAt: row.createdAt.toISOString() };
}
