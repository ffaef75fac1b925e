import { AccountsController } from './accounts/accounts.controller.js';
import { ApiTokensController } from './api-tokens/api-tokens.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { ComputersController } from './computers/computers.controller.js';
import { EnrolmentTokensController } from './enrolment-tokens/enrolment-tokens.controller.js';
import { ExecutionsController } from './executions/executions.controller.js';
import { GroupsController } from './groups/groups.controller.js';
import { JobsController } from './jobs/jobs.controller.js';
import { JobEventsController } from './live/job-events.controller.js';
import { LiveEventsConsumer } from './live/live-events.consumer.js';
import { PackagesController } from './packages/packages.controller.js';
import { BulkExecutionsController } from './bulk/bulk-executions.controller.js';
import { BulkJobsController } from './bulk/bulk-jobs.controller.js';
import { CloneJobController } from './job-templates/clone-job.controller.js';
import { JobTemplatesController } from './job-templates/job-templates.controller.js';
import { OfferRequestsController } from './offers/offer-requests.controller.js';
import { OffersController } from './offers/offers.controller.js';
import { ReportController } from './report/report.controller.js';
import { OidcController } from './oidc/oidc.controller.js';
import { SessionController } from './session/session.controller.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { UploadsController } from './uploads/uploads.controller.js';
import { ArtifactsController } from './versions/artifacts.controller.js';
import { VersionsController } from './versions/versions.controller.js';
import { WebhookDeliveriesController } from './webhooks/webhook-deliveries.controller.js';
import { WebhookEventsConsumer } from './webhooks/webhook-events.consumer.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';

/** Every route of the API, and the consumers behind the event streams and the webhooks. */
export const CONTROLLERS = [
  SessionController,
  OidcController,
  SessionsController,
  AccountsController,
  ApiTokensController,
  AuditController,
  PackagesController,
  VersionsController,
  ArtifactsController,
  UploadsController,
  ComputersController,
  GroupsController,
  EnrolmentTokensController,
  JobEventsController,
  JobsController,
  BulkJobsController,
  BulkExecutionsController,
  CloneJobController,
  JobTemplatesController,
  OffersController,
  OfferRequestsController,
  ExecutionsController,
  ReportController,
  LiveEventsConsumer,
  WebhooksController,
  WebhookDeliveriesController,
  WebhookEventsConsumer,
];
