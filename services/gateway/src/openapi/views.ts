/** The types whose JSON Schemas `npm run -w @waybill/gateway generate:views` writes into `views.generated.ts`. */
export type {
  ArtifactView,
  AuditEntryView,
  ComputerView,
  EnrolmentTokenView,
  ExecutionView,
  GroupPreview,
  GroupView,
  JobPreview,
  JobReport,
  JobTemplateView,
  MembersChanged,
  PackageView,
  Reexecuted,
  SoftwareView,
  VersionView,
} from '@waybill/contracts';
export type { AccountView } from '../accounts/accounts.views.js';
export type { ApiTokenCreated, ApiTokenList } from '../api-tokens/api-tokens.views.js';
export type { EnrolmentTokenCreated } from '../enrolment-tokens/enrolment-tokens.views.js';
export type { Explanation } from '../computers/explain.js';
export type { BulkExecutionsAnswer, BulkJobsAnswer, BulkReexecutedAnswer } from '../bulk/bulk.views.js';
export type { ExecutionDetail } from '../executions/executions.views.js';
export type { JobDetail } from '../jobs/job-detail.js';
export type { SessionCreated, SessionView } from '../session/session.views.js';
export type { LoginView } from '../sessions/sessions.views.js';
export type { UploadView } from '../uploads/uploads.views.js';
export type { DeliveryView, Redelivered, WebhookCreated, WebhookView } from '../webhooks/webhooks.views.js';
export type { Problem } from './problem.view.js';
