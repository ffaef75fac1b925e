import { Injectable } from '@nestjs/common';
import type { JobStatusChanged } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { FORGET_DOWNLOADS_SQL } from './download-progress.sql.js';

const ENDED: readonly string[] = ['completed', 'canceled', 'expired'];

/** When a job has ended nobody asks any more how far its downloads are. */
@Injectable()
export class ForgetDownloads {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ jobId, run, status }: JobStatusChanged): Promise<void> {
    if (ENDED.includes(status)) await this.dataSource.query(FORGET_DOWNLOADS_SQL, [jobId, run]);
  }
}
