import { Controller } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import {
  coversJob,
  type CreateJob,
  CreateJobTemplateRequest,
  type JobReach,
  JobTemplateRef,
  type JobTemplateView,
  type Page,
  PageQuery,
  type Permission,
  TEMPLATE_RPC,
  UpdateJobTemplateRequest,
  WaybillError,
} from '@waybill/contracts';
import { beyondLimits, requestActor, requestLimits, RpcHandler, type SqlExecutor } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { limitsScope } from '../jobs/job-limits.js';
import { OrderChecks } from '../jobs/order-checks.service.js';
import { type JobTemplate, momentErrors, templateInvalid, templateNotFound, templateView } from './job-template.js';
import { TemplatesRepository } from './templates.repository.js';

/** Orders that are kept to be given again. Who may see the job that one would make may see the template. */
@Controller()
export class TemplatesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly templates: TemplatesRepository,
    private readonly checks: OrderChecks,
    private readonly audit: AuditLog,
  ) {}

  /**
   * A template that exists under the caller's id is answered as it is.
   * @throws WaybillError invalid `jobTemplate.invalid` with every problem at once; unavailable when somebody who must be asked is away
   */
  @RpcHandler(TEMPLATE_RPC.create, CreateJobTemplateRequest)
  async create({ id, template: { name, job } }: CreateJobTemplateRequest): Promise<JobTemplateView> {
    const existing = await this.templates.find(this.dataSource, id);
    if (existing) return templateView(this.visible(existing, 'jobs.read'));
    const reach = await this.checked(job);
    const now = new Date();
    const { name: createdBy } = requestActor();
    const template: JobTemplate = {
      id: id.toLowerCase(),
      name,
      document: job,
      ...reach,
      createdAt: now,
      createdBy,
      updatedAt: now,
      revision: 1,
    };
    return this.work.run(async (sql) => {
      // the same request came twice at once
      if (!(await this.templates.insert(sql, template))) return templateView((await this.templates.find(sql, id))!);
      await this.record(sql, 'created', undefined, template);
      return templateView(template);
    });
  }

  /** @throws WaybillError notFound `jobTemplate.notFound` */
  @RpcHandler(TEMPLATE_RPC.get, JobTemplateRef)
  async get({ id }: JobTemplateRef): Promise<JobTemplateView> {
    const template = await this.templates.find(this.dataSource, id);
    if (!template) throw templateNotFound(id);
    return templateView(this.visible(template, 'jobs.read'));
  }

  /** By name unless asked otherwise. @throws WaybillError invalid `filter.*`, `sort.*`, `cursor.invalid` */
  @RpcHandler(TEMPLATE_RPC.list, PageQuery)
  async list(query: PageQuery): Promise<Page<JobTemplateView>> {
    const { items, nextCursor } = await this.templates.page(query, limitsScope('jobs.read'));
    return { items: items.map(templateView), nextCursor };
  }

  /** @throws WaybillError `jobTemplate.notFound`, `jobTemplate.invalid`, `permission.limited`, `precondition.failed` */
  @RpcHandler(TEMPLATE_RPC.update, UpdateJobTemplateRequest)
  async update({ id, changes, revision }: UpdateJobTemplateRequest): Promise<JobTemplateView> {
    // other services are asked before the row is locked
    const reach = changes.job && (await this.checked(changes.job));
    return this.work.run(async (sql) => {
      const before = await this.locked(sql, id);
      if (revision !== undefined && revision !== before.revision) throw outdated(before.revision, revision);
      const after: JobTemplate = {
        ...before,
        ...reach,
        name: changes.name ?? before.name,
        document: changes.job ?? before.document,
        updatedAt: new Date(),
        revision: before.revision + 1,
      };
      await this.templates.save(sql, after);
      await this.record(sql, 'updated', before, after);
      return templateView(after);
    });
  }

  /** Jobs that were made from it stay. @throws WaybillError `jobTemplate.notFound`, `permission.limited` */
  @RpcHandler(TEMPLATE_RPC.remove, JobTemplateRef)
  async remove({ id }: JobTemplateRef): Promise<Record<string, never>> {
    await this.work.run(async (sql) => {
      const before = await this.locked(sql, id);
      await this.templates.remove(sql, id);
      await this.record(sql, 'removed', before, undefined);
    });
    return {};
  }

  private async locked(sql: SqlExecutor, id: string): Promise<JobTemplate> {
    const template = await this.templates.find(sql, id, 'FOR UPDATE');
    if (!template) throw templateNotFound(id);
    return this.visible(template, 'jobs.create');
  }

  /** A template that who asks may not see is not there; one that they may only see is refused. */
  private visible(template: JobTemplate, permission: Permission): JobTemplate {
    if (coversJob(requestLimits(permission), template)) return template;
    if (!coversJob(requestLimits('jobs.read'), template)) throw templateNotFound(template.id);
    throw beyondLimits(permission, 'all that this template is for');
  }

  /** The order is checked as for a job that begins now. */
  private async checked(order: CreateJob): Promise<JobReach> {
    const moments = momentErrors(order);
    const { startAt: _, installAt: __, expiresAt: ___, recurrence: ____, ...schedule } = order.schedule ?? {};
    try {
      const { category } = await this.checks.check({ ...order, schedule }, new Date());
      if (moments.length > 0) throw templateInvalid(moments);
      const { groups = [], computers = [] } = order.targets;
      return { groups, computers, category };
    } catch (error) {
      if (error instanceof WaybillError && error.code === 'job.invalid')
        throw templateInvalid([...moments, ...(error.errors ?? [])]);
      throw error;
    }
  }

  private record(
    sql: SqlExecutor,
    done: 'created' | 'updated' | 'removed',
    before: JobTemplate | undefined,
    after: JobTemplate | undefined,
  ): Promise<void> {
    const { id, name, document } = (after ?? before)!;
    return this.audit.record(sql, {
      action: `jobTemplate.${done}`,
      object: { type: 'jobTemplate', id },
      ...(before && { before: templateView(before) }),
      ...(after && { after: templateView(after) }),
      details: { name, package: document.package, version: document.version },
    });
  }
}

function outdated(current: number, seen: number): WaybillError {
  return new WaybillError(
    'precondition',
    'precondition.failed',
    `The template has changed: it is at revision ${current}, you saw ${seen}. Read it again and repeat your change.`,
  );
}
