import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FORGET_CHANGES_SQL } from './read-changes.sql.js';

/** How far back a reader of the feed may resume. */
const KEPT = '7 days';

/** Drops changes that nobody can want to resume from any more. */
@Injectable()
export class ForgetChanges {
  constructor(private readonly dataSource: DataSource) {}

  async execute(kept = KEPT): Promise<void> {
    await this.dataSource.query(FORGET_CHANGES_SQL, [kept]);
  }
}
