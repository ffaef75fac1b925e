import { Injectable } from '@nestjs/common';
import type { Page, SoftwareListRequest, SoftwareView } from '@waybill/contracts';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { ComputersRepository } from './computers.repository.js';

const SOFTWARE_LIST: ListSpec = {
  select: 's.name, s.version, s.source',
  from: 'software s',
  where: 's.computer_id = $1',
  fields: {
    name: { sql: 's.name', type: 'text', sortable: true },
    version: { sql: 's.version', type: 'text' },
    source: { sql: 's.source', type: 'enum', values: ['dpkg', 'rpm', 'registry', 'waybill'] },
    // a name may be installed in several versions
    entry: { sql: `(s.name || chr(31) || s.version || chr(31) || s.source)`, type: 'text', sortable: true },
  },
  defaultSort: 'name',
  unique: 'entry',
};

/** Software of one computer, page by page. */
@Injectable()
export class ListSoftware {
  constructor(
    private readonly dataSource: DataSource,
    private readonly computers: ComputersRepository,
  ) {}

  /** @throws WaybillError `computer.notFound`, and those of every list */
  async run({ id, ...query }: SoftwareListRequest): Promise<Page<SoftwareView>> {
    await this.computers.demand(this.dataSource, id);
    return keysetPage<SoftwareView>(this.dataSource, SOFTWARE_LIST, query, [id]);
  }
}
