import { Type } from 'class-transformer';
import { IsInt, IsObject, IsOptional, IsString, IsUUID, Length, Min, ValidateNested } from 'class-validator';
import { IsSingleLine } from '../validation/single-line.js';
import { CreateJob } from './job-order.js';
import type { Page, PageQuery } from './page.js';

export const TEMPLATE_RPC = {
  create: 'job-template.create.v1',
  get: 'job-template.get.v1',
  list: 'job-template.list.v1',
  update: 'job-template.update.v1',
  remove: 'job-template.remove.v1',
} as const;

/** Body of `POST /job-templates`. */
export class CreateJobTemplate {
  @IsString() @Length(1, 200) @IsSingleLine() name: string;
  /** an order as for `POST /jobs`, but without moments: `startAt`, `installAt` and `expiresAt` are given with each run */
  @IsObject() @ValidateNested() @Type(() => CreateJob) job: CreateJob;
}

/** Body of `PATCH /job-templates/{id}`: what is given replaces what was there as a whole. */
export class UpdateJobTemplate {
  @IsOptional() @IsString() @Length(1, 200) @IsSingleLine() name?: string;
  /** the whole order anew */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => CreateJob) job?: CreateJob;
}

export class CreateJobTemplateRequest {
  /** chosen by the caller so that a repeated request creates nothing twice */
  @IsUUID() id: string;
  @IsObject() @ValidateNested() @Type(() => CreateJobTemplate) template: CreateJobTemplate;
}

export class JobTemplateRef {
  @IsUUID() id: string;
}

export class UpdateJobTemplateRequest extends JobTemplateRef {
  @IsObject() @ValidateNested() @Type(() => UpdateJobTemplate) changes: UpdateJobTemplate;
  @IsOptional() @IsInt() @Min(1) revision?: number;
}

export interface JobTemplateView {
  id: string;
  name: string;
  /** as it was ordered */
  job: CreateJob;
  createdAt: string;
  createdBy: string;
  updatedAt: string;
  revision: number;
}

export interface TemplateRpc {
  [TEMPLATE_RPC.create]: { request: CreateJobTemplateRequest; response: JobTemplateView };
  [TEMPLATE_RPC.get]: { request: JobTemplateRef; response: JobTemplateView };
  [TEMPLATE_RPC.list]: { request: PageQuery; response: Page<JobTemplateView> };
  [TEMPLATE_RPC.update]: { request: UpdateJobTemplateRequest; response: JobTemplateView };
  [TEMPLATE_RPC.remove]: { request: JobTemplateRef; response: Record<string, never> };
}
