import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { GroupStreams } from './group-streams.js';

const DUE = 'SELECT stream FROM retired_streams WHERE delete_after < now() ORDER BY delete_after LIMIT 100';

/** Deletes the streams of groups that are long gone. Doing it twice is no harm, so replicas need not agree. */
@Injectable()
export class RemoveRetiredStreams {
  constructor(
    private readonly dataSource: DataSource,
    private readonly streams: GroupStreams,
  ) {}

  /** @throws WaybillError `broker.unavailable` */
  async run(): Promise<void> {
    for (const { stream } of await this.dataSource.query<{ stream: string }[]>(DUE)) {
      await this.streams.remove(stream);
      await this.dataSource.query('DELETE FROM retired_streams WHERE stream = $1', [stream]);
    }
  }
}
