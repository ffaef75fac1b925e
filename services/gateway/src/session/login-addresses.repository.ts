import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const KEPT = "interval '90 days'";

/** Where accounts have logged in from by their passwords, so that others' failures do not close an account to its owner. */
@Injectable()
export class LoginAddresses {
  constructor(private readonly dataSource: DataSource) {}

  async isKnown(username: string, address: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `SELECT 1 FROM login_addresses JOIN accounts ON accounts.id = account_id
       WHERE username = $1 AND address = $2 AND last_login_at > now() - ${KEPT}`,
      [username, address],
    );
    return rows.length > 0;
  }

  async remember(accountId: string, address: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO login_addresses (account_id, address, last_login_at) VALUES ($1, $2, now())
       ON CONFLICT (account_id, address) DO UPDATE SET last_login_at = now()`,
      [accountId, address],
    );
  }

  async removeOld(): Promise<void> {
    await this.dataSource.query(`DELETE FROM login_addresses WHERE last_login_at < now() - ${KEPT}`);
  }
}
