import { Injectable } from '@nestjs/common';
import type { Page, PageQuery } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { WITHIN_LIMITS } from '../jobs/job-limits.js';
import type { JobTemplate } from './job-template.js';

const COLUMNS = `j.id, j.name, j.document, j.groups, j.computers, j.category, j.created_at AS "createdAt", j.created_by AS "createdBy",
  j.updated_at AS "updatedAt", j.revision`;

const TEMPLATES: ListSpec = {
  select: COLUMNS,
  from: 'job_templates j',
  where: WITHIN_LIMITS,
  fields: {
    id: { sql: 'j.id', type: 'uuid', sortable: true },
    name: { sql: 'j.name', type: 'text', sortable: true },
    package: { sql: `j.document->>'package'`, type: 'text' },
    createdAt: { sql: 'j.created_at', type: 'timestamp', sortable: true },
    createdBy: { sql: 'j.created_by', type: 'text' },
  },
  defaultSort: 'name',
  unique: 'id',
};

@Injectable()
export class TemplatesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns false when a template with this id exists; nothing is changed then */
  async insert(sql: SqlExecutor, template: JobTemplate): Promise<boolean> {
    const rows = (await sql.query(
      `INSERT INTO job_templates (id, name, document, groups, computers, category, created_at, created_by, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7) ON CONFLICT (id) DO NOTHING RETURNING id`,
      [...this.content(template), template.createdAt, template.createdBy],
    )) as unknown[];
    return rows.length === 1;
  }

  async save(sql: SqlExecutor, template: JobTemplate): Promise<void> {
    await sql.query(
      `UPDATE job_templates SET name = $2, document = $3, groups = $4, computers = $5, category = $6, updated_at = $7, revision = $8
       WHERE id = $1`,
      [...this.content(template), template.updatedAt, template.revision],
    );
  }

  async find(sql: SqlExecutor, id: string, lock: 'FOR UPDATE' | '' = ''): Promise<JobTemplate | null> {
    const rows = (await sql.query(`SELECT ${COLUMNS} FROM job_templates j WHERE j.id = $1 ${lock}`, [
      id,
    ])) as JobTemplate[];
    return rows[0] ?? null;
  }

  async remove(sql: SqlExecutor, id: string): Promise<void> {
    await sql.query('DELETE FROM job_templates WHERE id = $1', [id]);
  }

  /** @param limits scope of {@link WITHIN_LIMITS} */
  page(query: PageQuery, limits: string | null): Promise<Page<JobTemplate>> {
    return keysetPage<JobTemplate>(this.dataSource, TEMPLATES, query, [limits]);
  }

  private content({ id, name, document, groups, computers, category }: JobTemplate): unknown[] {
    return [id, name, JSON.stringify(document), groups, computers, category];
  }
}
