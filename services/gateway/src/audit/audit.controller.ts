import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type AuditEntryView, invalid, type Page, type PageQuery } from '@waybill/contracts';
import type { Response } from 'express';
import { ListQuery } from '../http/list-query.decorator.js';
import { sendTable, TABLE_FORMATS, type TableFormat } from '../http/table-file.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import { AUDIT_COLUMNS, auditRow } from './audit.columns.js';
import { ReadAudit } from './read-audit.query.js';

const FIELDS = 'service, actor, actorId, action, objectType, objectId, requestId, at, seq (sort: at)';

@ApiTags('audit')
@Controller('audit')
export class AuditController {
  constructor(private readonly audit: ReadAudit) {}

  /** Who did what, when and to what, newest first, e.g. `?filter=actor==alice;action==job.*`; all of it as a file with `format`. */
  @Get()
  @ApiListQuery(FIELDS)
  @ApiQuery({
    name: 'format',
    required: false,
    enum: TABLE_FORMATS,
    description: 'A file of everything that matches, streamed; `limit` does not count then.',
  })
  @ApiProduces('application/json', 'text/csv', 'application/x-ndjson')
  @Answers(200, 'Page<AuditEntryView>', 'One page of entries.')
  @Problems('audit.format')
  async list(
    @ListQuery(['format']) query: PageQuery,
    @Query('format') format: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Page<AuditEntryView> | undefined> {
    if (format === undefined) return this.audit.page(query);
    await this.send(response, formatOf(format), query);
    return undefined;
  }

  private async send(response: Response, format: TableFormat, query: PageQuery): Promise<void> {
    const pages = this.audit.pages(query);
    // asked for before anything is sent, so that a refusal is a problem and not a file
    const first = await pages.next();
    const rows = async function* () {
      if (!first.done) yield first.value;
      yield* pages;
    };
    await sendTable(response, { name: 'audit', format, columns: AUDIT_COLUMNS, pages: linesOf(rows(), format) });
  }
}

async function* linesOf(pages: AsyncIterable<AuditEntryView[]>, format: TableFormat): AsyncGenerator<object[]> {
  for await (const page of pages) yield format === 'csv' ? page.map(auditRow) : page;
}

/** @throws invalid `audit.format` */
function formatOf(format: unknown): TableFormat {
  const known = TABLE_FORMATS.find((one) => one === format);
  if (known) return known;
  throw invalid('audit.format', 'format must be csv or ndjson, e.g. ?format=csv; leave it out for a page of JSON.');
}
