import {
  type CreateJob,
  type FieldError,
  invalid,
  type JobReach,
  type JobTemplateView,
  notFound,
  type WaybillError,
} from '@waybill/contracts';

/** An order that is kept to be given again. */
export interface JobTemplate extends JobReach {
  id: string;
  name: string;
  document: CreateJob;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  revision: number;
}

const MOMENTS = ['startAt', 'installAt', 'expiresAt'] as const;

/** A template is used again and again: a moment of its own would be past one day, and a job with a start in the past starts at once. */
export function momentErrors({ schedule = {} }: Pick<CreateJob, 'schedule'>): FieldError[] {
  const errors = MOMENTS.filter((moment) => schedule[moment] !== undefined).map((moment) => ({
    pointer: `/schedule/${moment}`,
    message: `a template holds no moments: leave ${moment} out and give it with each run`,
  }));
  if (schedule.recurrence === undefined) return errors;
  const message =
    'a template does not recur: leave recurrence out and give it, with startAt, when you use the template';
  return [...errors, { pointer: '/schedule/recurrence', message }];
}

/** Problems of the order inside a template, as problems of the body that holds it. */
export function templateInvalid(errors: readonly FieldError[]): WaybillError {
  const [first] = errors;
  const more = errors.length > 1 ? `; and ${errors.length - 1} more` : '';
  return invalid(
    'jobTemplate.invalid',
    `The template cannot be kept: ${first?.message ?? 'something is wrong'}${more}. Nothing was changed.`,
    errors.map(({ pointer, message }) => ({ pointer: `/job${pointer}`, message })),
  );
}

export function templateNotFound(id: string): WaybillError {
  return notFound('jobTemplate.notFound', `There is no job template ${id}.`);
}

export function templateView({
  id,
  name,
  document,
  createdAt,
  createdBy,
  updatedAt,
  revision,
}: JobTemplate): JobTemplateView {
  return {
    id,
    name,
    job: document,
    createdAt: createdAt.toISOString(),
    createdBy,
    updatedAt: updatedAt.toISOString(),
    revision,
  };
}
