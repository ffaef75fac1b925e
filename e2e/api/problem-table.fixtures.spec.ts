import { Api } from '../support/api.ts';
import { type ApiWorld, manifestOf, NOBODY, SCRIPT } from './api-world.fixtures.spec.ts';
import { PEOPLE_PROBLEMS } from './people-problems.fixtures.spec.ts';
import { OFFER_PROBLEMS } from './offer-problems.fixtures.spec.ts';
import { TEMPLATE_PROBLEMS } from './template-problems.fixtures.spec.ts';
import { UPLOAD_PROBLEMS } from './upload-problems.fixtures.spec.ts';
import { WEBHOOK_PROBLEMS } from './webhook-problems.fixtures.spec.ts';

type Provoke = (world: ApiWorld) => Promise<Response>;
/** operation, code, status, how to provoke it */
export type ProblemCase = [operation: string, code: string, status: number, provoke: Provoke];

const send =
  (method: string, path: string | ((world: ApiWorld) => string), body?: unknown, headers: object = {}): Provoke =>
  (world) =>
    world.api.raw(
      method,
      typeof path === 'string' ? path : path(world),
      body === undefined ? undefined : JSON.stringify(body),
      { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    );
const upload =
  (path: string, bytes: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Provoke =>
  ({ api }) =>
    api.raw('PUT', path, bytes, { 'content-type': 'application/octet-stream', ...headers });

const BYTES = new Uint8Array(SCRIPT);
const NOWHERE = { zone: 'Mars/Olympus', intervals: [{ days: ['MO'], from: '01:00', to: '02:00' }] };
const STALE = { 'if-match': '"999"' };
const JOB = { package: 'published', version: '1.0.0' };
const DRAFT = '/packages/drafts/versions/1.0.0';
const ARTIFACT = 'PUT /packages/{name}/versions/{version}/artifacts/{file}';
const [CANCEL, REEXECUTE] = ['POST /jobs/{id}/actions/cancel', 'POST /jobs/{id}/actions/re-execute'];
const yaml: Provoke = ({ api }) =>
  api.raw('POST', '/packages/drafts/versions', 'a: [', { 'content-type': 'application/yaml' });
/** Each part is allowed; all together are too much. */
const huge = manifestOf('drafts', '7.0.0', [
  { file: 'run.sh' },
  ...Array.from({ length: 999 }, (_, i) => ({ file: `${'f'.repeat(200)}${i}`, sha256: 'a'.repeat(64) })),
]);

export const PROBLEMS: ProblemCase[] = [
  ...PEOPLE_PROBLEMS,
  [
    'POST /session',
    'session.badCredentials',
    401,
    ({ stack }) =>
      Api.login({ server: stack.services.gatewayUrl, password: 'wrong' }).then(
        () => Promise.reject(new Error('a wrong password was taken')),
        () =>
          fetch(`${stack.services.gatewayUrl}/api/v1/session`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: '{"username":"admin","password":"wrong"}',
          }),
      ),
  ],
  ['POST /api-tokens', 'apiToken.expiryPast', 400, send('POST', '/api-tokens', { name: 'x', expiresAt: '2020-01-01' })],
  [
    'POST /api-tokens',
    'apiToken.expiryTooFar',
    400,
    send('POST', '/api-tokens', { name: 'x', expiresAt: '9999-12-31T23:59:59Z' }),
  ],
  ['DELETE /api-tokens/{id}', 'apiToken.notFound', 404, send('DELETE', `/api-tokens/${NOBODY}`)],

  ['POST /packages', 'package.exists', 409, send('POST', '/packages', { name: 'drafts', title: 'Again' })],
  ['GET /packages/{name}', 'package.notFound', 404, send('GET', '/packages/nobody')],
  ['PATCH /packages/{name}', 'package.notFound', 404, send('PATCH', '/packages/nobody', { title: 'x' })],
  ['PATCH /packages/{name}', 'precondition.failed', 412, send('PATCH', '/packages/drafts', { title: 'x' }, STALE)],
  ['DELETE /packages/{name}', 'package.notFound', 404, send('DELETE', '/packages/nobody')],
  ['DELETE /packages/{name}', 'package.inUse', 409, send('DELETE', '/packages/published')],

  ...(
    [
      ['package.notFound', 404, send('POST', '/packages/nobody/versions', manifestOf('nobody'))],
      ['manifest.invalid', 400, send('POST', '/packages/drafts/versions', { package: 'drafts' })],
      ['manifest.notYaml', 400, yaml],
      ['manifest.tooLarge', 413, send('POST', '/packages/drafts/versions', huge)],
      ['version.exists', 409, send('POST', '/packages/drafts/versions', manifestOf('drafts'))],
    ] as const
  ).map(([code, status, provoke]): ProblemCase => ['POST /packages/{name}/versions', code, status, provoke]),
  ['GET /packages/{name}/versions', 'package.notFound', 404, send('GET', '/packages/nobody/versions')],
  ['GET /packages/{name}/versions/{version}', 'version.notFound', 404, send('GET', '/packages/drafts/versions/9')],
  [
    'GET /packages/{name}/versions/{version}/manifest',
    'version.notFound',
    404,
    send('GET', '/packages/drafts/versions/9/manifest'),
  ],
  [
    'GET /packages/{name}/versions/{version}/manifest',
    'version.artifactsMissing',
    409,
    send('GET', `${DRAFT}/manifest`),
  ],
  ...(
    [
      ['version.notFound', 404, send('POST', '/packages/drafts/versions/9/actions/publish')],
      ['version.artifactsMissing', 409, send('POST', `${DRAFT}/actions/publish`)],
      ['version.withdrawn', 409, send('POST', '/packages/withdrawn/versions/1.0.0/actions/publish')],
    ] as const
  ).map(([code, status, provoke]): ProblemCase => [
    'POST /packages/{name}/versions/{version}/actions/publish',
    code,
    status,
    provoke,
  ]),
  ...(
    [
      ['version.notFound', 404, send('POST', '/packages/drafts/versions/9/actions/withdraw')],
      ['version.notPublished', 409, send('POST', `${DRAFT}/actions/withdraw`)],
    ] as const
  ).map(([code, status, provoke]): ProblemCase => [
    'POST /packages/{name}/versions/{version}/actions/withdraw',
    code,
    status,
    provoke,
  ]),
  [ARTIFACT, 'version.notFound', 404, upload('/packages/drafts/versions/9/artifacts/run.sh', BYTES)],
  [ARTIFACT, 'version.notDraft', 409, upload('/packages/published/versions/1.0.0/artifacts/run.sh', BYTES)],
  [ARTIFACT, 'artifact.unknownFile', 404, upload(`${DRAFT}/artifacts/other.sh`, BYTES)],
  [ARTIFACT, 'upload.digestHeader', 400, upload(`${DRAFT}/artifacts/run.sh`, BYTES, { 'content-digest': 'sha-256=x' })],
  [
    ARTIFACT,
    'upload.digestMismatch',
    400,
    upload(`${DRAFT}/artifacts/run.sh`, BYTES, { 'repr-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` }),
  ],
  [ARTIFACT, 'upload.sizeMismatch', 400, upload(`${DRAFT}/artifacts/sized.bin`, BYTES)],

  ...UPLOAD_PROBLEMS,
  ...WEBHOOK_PROBLEMS,
  ...TEMPLATE_PROBLEMS,
  ...OFFER_PROBLEMS,

  ['GET /computers/{id}', 'computer.notFound', 404, send('GET', `/computers/${NOBODY}`)],
  ['PATCH /computers/{id}', 'computer.notFound', 404, send('PATCH', `/computers/${NOBODY}`, { name: 'x' })],
  ...(
    [
      ['computer.attributesInvalid', 400, { attributes: { 'a b': 1 } }, {}],
      ['computer.nameInvalid', 400, { name: '../etc' }, {}],
      ['precondition.failed', 412, { name: 'x' }, STALE],
    ] as const
  ).map(([code, status, body, headers]): ProblemCase => [
    'PATCH /computers/{id}',
    code,
    status,
    send('PATCH', ({ computer }) => `/computers/${computer}`, body, headers),
  ]),
  ['DELETE /computers/{id}', 'computer.notFound', 404, send('DELETE', `/computers/${NOBODY}`)],
  [
    'GET /computers/{id}/explain',
    'computer.notFound',
    404,
    send('GET', ({ completedJob }) => `/computers/${NOBODY}/explain?job=${completedJob}`),
  ],
  [
    'GET /computers/{id}/explain',
    'job.notFound',
    404,
    send('GET', ({ computer }) => `/computers/${computer}/explain?job=${NOBODY}`),
  ],
  ['GET /computers/{id}/software', 'computer.notFound', 404, send('GET', `/computers/${NOBODY}/software`)],

  ['POST /groups', 'group.exists', 409, send('POST', '/groups', { name: 'everybody', kind: 'static' })],
  ...(
    [
      ['group.filterMissing', { kind: 'dynamic' }],
      ['group.filterUnexpected', { kind: 'static', filter: 'os==linux' }],
      ['group.filterUnsuitable', { kind: 'dynamic', filter: 'online==true' }],
      ['group.windows', { kind: 'static', windows: NOWHERE }],
    ] as const
  ).map(([code, body]): ProblemCase => ['POST /groups', code, 400, send('POST', '/groups', { name: 'odd', ...body })]),
  ['POST /groups', 'group.previewStatic', 400, send('POST', '/groups?dryRun=true', { name: 'odd', kind: 'static' })],
  ['PATCH /groups/{name}', 'group.notFound', 404, send('PATCH', '/groups/nobody', {})],
  ...(
    [
      ['group.filterUnexpected', 400, 'everybody', { filter: 'os==linux' }, {}],
      ['group.filterUnsuitable', 400, 'oddities', { filter: 'group==everybody' }, {}],
      ['group.windows', 400, 'everybody', { windows: NOWHERE }, {}],
      ['precondition.failed', 412, 'everybody', { description: 'x' }, STALE],
    ] as const
  ).map(([code, status, name, body, headers]): ProblemCase => [
    'PATCH /groups/{name}',
    code,
    status,
    send('PATCH', `/groups/${name}`, body, headers),
  ]),
  ...(
    [
      ['POST /groups/{name}/members', send('POST', '/groups/oddities/members', { computers: [NOBODY] })],
      ['PUT /groups/{name}/members/{computerId}', send('PUT', `/groups/oddities/members/${NOBODY}`)],
      ['DELETE /groups/{name}/members/{computerId}', send('DELETE', `/groups/oddities/members/${NOBODY}`)],
    ] as const
  ).map(([route, request]): ProblemCase => [route, 'group.dynamic', 409, request]),
  ['GET /groups/{name}', 'group.notFound', 404, send('GET', '/groups/nobody')],
  ['DELETE /groups/{name}', 'group.notFound', 404, send('DELETE', '/groups/nobody')],
  ['GET /groups/{name}/members', 'group.notFound', 404, send('GET', '/groups/nobody/members')],
  ['POST /groups/{name}/members', 'group.notFound', 404, send('POST', '/groups/nobody/members', { computers: [] })],
  [
    'POST /groups/{name}/members',
    'computer.notFound',
    404,
    send('POST', '/groups/everybody/members', { computers: [NOBODY] }),
  ],
  ['PUT /groups/{name}/members/{computerId}', 'group.notFound', 404, send('PUT', `/groups/nobody/members/${NOBODY}`)],
  [
    'PUT /groups/{name}/members/{computerId}',
    'computer.notFound',
    404,
    send('PUT', `/groups/everybody/members/${NOBODY}`),
  ],
  [
    'DELETE /groups/{name}/members/{computerId}',
    'group.notFound',
    404,
    send('DELETE', `/groups/nobody/members/${NOBODY}`),
  ],

  ...(
    [
      ['enrolmentToken.unknownGroup', { groups: ['everybody', 'nobody'] }],
      ['enrolmentToken.tooManyGroups', { groups: Array.from({ length: 65 }, (_, i) => `g${i}`) }],
      ['enrolmentToken.expiryInvalid', { expiresAt: '2020-01-01T00:00:00Z' }],
    ] as const
  ).map(([code, body]): ProblemCase => ['POST /enrolment-tokens', code, 400, send('POST', '/enrolment-tokens', body)]),
  ['DELETE /enrolment-tokens/{id}', 'enrolmentToken.notFound', 404, send('DELETE', `/enrolment-tokens/${NOBODY}`)],

  ['POST /jobs', 'job.invalid', 400, send('POST', '/jobs', { ...JOB, targets: {} })],
  ['GET /jobs/{id}', 'job.notFound', 404, send('GET', `/jobs/${NOBODY}`)],
  [CANCEL, 'job.notFound', 404, send('POST', `/jobs/${NOBODY}/actions/cancel`, {})],
  [CANCEL, 'job.wrongState', 409, send('POST', ({ completedJob }) => `/jobs/${completedJob}/actions/cancel`, {})],
  [
    CANCEL,
    'precondition.failed',
    412,
    send('POST', ({ scheduledJob }) => `/jobs/${scheduledJob}/actions/cancel`, {}, STALE),
  ],
  [REEXECUTE, 'job.notFound', 404, send('POST', `/jobs/${NOBODY}/actions/re-execute`, { only: 'failed' })],
  [
    REEXECUTE,
    'job.wrongState',
    409,
    send('POST', ({ scheduledJob }) => `/jobs/${scheduledJob}/actions/re-execute`, { only: 'failed' }),
  ],
  [
    REEXECUTE,
    'precondition.failed',
    412,
    send('POST', ({ completedJob }) => `/jobs/${completedJob}/actions/re-execute`, { only: 'failed' }, STALE),
  ],
  [
    'POST /jobs/{id}/executions/actions/re-execute',
    'job.notFound',
    404,
    send('POST', `/jobs/${NOBODY}/executions/actions/re-execute`, { computers: [NOBODY] }),
  ],
  [
    'POST /jobs/{id}/executions/actions/re-execute',
    'job.wrongState',
    409,
    send('POST', ({ scheduledJob }) => `/jobs/${scheduledJob}/executions/actions/re-execute`, { computers: [NOBODY] }),
  ],
  ['GET /jobs/{id}/executions', 'job.notFound', 404, send('GET', `/jobs/${NOBODY}/executions`)],
  [
    'GET /jobs/{id}/executions/{computerId}',
    'execution.notFound',
    404,
    send('GET', ({ completedJob }) => `/jobs/${completedJob}/executions/${NOBODY}`),
  ],
  ['GET /jobs/{id}/report', 'job.notFound', 404, send('GET', `/jobs/${NOBODY}/report?format=csv`)],
  [
    'GET /jobs/{id}/report',
    'report.format',
    400,
    send('GET', ({ completedJob }) => `/jobs/${completedJob}/report?format=pdf`),
  ],
  [
    'GET /jobs/{id}/report',
    'report.rows',
    400,
    send('GET', ({ completedJob }) => `/jobs/${completedJob}/report?format=csv&rows=waves`),
  ],
  ['GET /jobs/{id}/events', 'job.notFound', 404, send('GET', `/jobs/${NOBODY}/events`)],
  ['GET /audit', 'audit.format', 400, send('GET', '/audit?format=xlsx')],
  ...(
    [
      ['changes.position', 400, 'made-up'],
      ['changes.forgotten', 412, '0-0-0'],
    ] as const
  ).map(([code, status, id]): ProblemCase => [
    'GET /jobs/{id}/events',
    code,
    status,
    send('GET', ({ completedJob }) => `/jobs/${completedJob}/events`, undefined, { 'last-event-id': id }),
  ]),
];

/** Documented codes that a client cannot provoke on a whole stack at will, and where they are proved instead. */
export const PROVED_ELSEWHERE: Record<string, string> = {
  'session.tooManyFailures': 'would lock out the specs that follow: services/gateway login-throttle.int.spec.ts',
  'session.busy': 'needs a hundred logins that wait: services/gateway password-hash.unit.spec.ts',
  'session.badCredentials':
    'for a change of password it needs an account that has one: services/gateway accounts.int.spec.ts',
  'version.untrusted': 'needs a revoked key: services/job-scheduler version-trust.int.spec.ts',
  'version.withdrawn': 'needs a job that has halted: services/job-scheduler decide-rollout.unit.spec.ts',
  'version.signatureMissing': 'needs a stack without a publishing key: services/package signatures.int.spec.ts',
  'version.signatureInvalid': 'needs a key of the organisation: services/package signatures.int.spec.ts',
  'version.signingKeyUnusable':
    'no spec revokes the key that package itself signs with yet; the rule is in services/package manifest-signatures.ts',
  'session.loginRequired': 'needs an API token: services/gateway sessions.int.spec.ts',
  'oidc.notConfigured': 'nobody can have begun such a login: services/gateway oidc.int.spec.ts',
  'oidc.unavailable': 'needs an OpenID provider: services/gateway oidc.int.spec.ts',
  'oidc.refused': 'needs an OpenID provider: services/gateway oidc.int.spec.ts',
  'account.noPassword': 'needs an OIDC provider: services/gateway oidc.int.spec.ts',
  'apiToken.scopeBeyondAccount': 'needs an account with fewer rights: services/gateway api-tokens.int.spec.ts',
  'job.approvalBySelf': 'needs a policy in the configuration: services/job-scheduler approval.int.spec.ts',
  'upload.aborted': 'its client has gone; uploads that end early are in bad-input.cases.spec.ts',
  'upload.notFound': 'the upload must vanish between two calls of the gateway: services/package uploads.int.spec.ts',
  'upload.closed': 'the sweep must take a running upload: services/package upload-sweep.int.spec.ts',
  'upload.alreadyCompleted': 'the gateway completes an upload once: services/package uploads.int.spec.ts',
  'upload.objectMissing': 'the object must vanish under a running upload: services/package uploads.int.spec.ts',
  'upload.verifying': 'a verification must last: services/package multipart.int.spec.ts',
  'upload.verificationPending': 'a verification must last for minutes: services/gateway await-artifact.unit.spec.ts',
  'job.archived':
    'a job must have ended days ago: services/result archive.int.spec.ts, services/job-scheduler archive-jobs.int.spec.ts',
  'offerRequest.wrongState': 'needs a computer that asks: services/job-scheduler offers.int.spec.ts',
  'offer.notSendable': 'needs a version that was withdrawn meanwhile: services/job-scheduler offers.int.spec.ts',
  'job.orderUnknown': 'needs a job from before: services/job-scheduler templates.int.spec.ts',
  'webhook.tooMany': 'needs twenty of them: services/gateway webhooks.int.spec.ts',
  'delivery.beingSent': 'needs a receiver that takes its time: services/gateway delivering.int.spec.ts',
  'computer.tooManyGroups': 'needs 65 groups, each with its stream: services/fleet groups.int.spec.ts',
  'job.approvalMissing': 'needs a policy, or waves that wait: services/job-scheduler approval.int.spec.ts',
  'job.reexecutionPending': 'result must be away: services/job-scheduler reexecute-job.int.spec.ts',
};
