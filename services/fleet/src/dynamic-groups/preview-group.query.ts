import { Injectable } from '@nestjs/common';
import { type CreateGroup, type GroupPreview, invalid } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { COMPUTER_COLUMNS, type ComputerRow, computerView } from '../computers/computer-view.js';
import { filterCondition } from './filter-condition.js';
import { filterOf } from './filter-of.js';

const SAMPLE = 20;

/** Who would be in a dynamic group. Nothing is made. */
@Injectable()
export class PreviewGroup {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws WaybillError `group.previewStatic`, and those that its creation would be refused with */
  async run(request: CreateGroup): Promise<GroupPreview> {
    const filter = filterOf(request);
    if (filter === null) throw invalid('group.previewStatic', 'A static group has no members before they are added.');
    const parameters: unknown[] = [];
    const condition = filterCondition(filter, (value) => `$${parameters.push(value)}`);
    const [[counted], sample] = await Promise.all([
      this.dataSource.query<{ members: number; computers: number }[]>(
        `SELECT count(*) FILTER (WHERE ${condition})::int AS members, count(*)::int AS computers FROM computers c`,
        parameters,
      ),
      this.dataSource.query<ComputerRow[]>(
        `SELECT ${COMPUTER_COLUMNS} FROM computers c WHERE ${condition} ORDER BY c.name, c.id LIMIT ${SAMPLE}`,
        parameters,
      ),
    ]);
    return { ...counted!, sample: sample.map(computerView) };
  }
}
