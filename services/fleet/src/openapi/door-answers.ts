import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiResponse, type OpenAPIObject } from '@nestjs/swagger';
import {
  type CatalogueItem,
  type CatalogueResponse,
  type DesiredStateResponse,
  type DownloadTicket,
  type EnrolResponse,
  OFFER_APPROVALS,
  OFFER_REQUEST_STATES,
  type OfferRequestView,
  type SessionResponse,
  type TokenResponse,
  WEEKDAYS,
} from '@waybill/contracts';

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

interface DoorAnswers {
  EnrolResponse: EnrolResponse;
  TokenResponse: TokenResponse;
  SessionResponse: SessionResponse;
  DesiredStateResponse: DesiredStateResponse;
  DownloadTicket: DownloadTicket;
  CatalogueResponse: CatalogueResponse;
  OfferRequestView: OfferRequestView;
}

const text: Schema = { type: 'string' };
const uuid: Schema = { type: 'string', format: 'uuid' };
const moment: Schema = { type: 'string', format: 'date-time' };
const integer: Schema = { type: 'integer' };

const listOf = (items: Schema): Schema => ({ type: 'array', items });

/** An object with all of these fields. */
function object<T>(properties: Record<keyof T & string, Schema>): Schema {
  return { type: 'object', required: Object.keys(properties), properties };
}

const keySets: Schema = listOf({
  ...text,
  description: 'compact JWS; the last is the key set, those before it prove it',
});

const subscription: Schema = {
  type: 'object',
  required: ['kind', 'stream', 'generation', 'memberSince'],
  properties: {
    kind: { type: 'string', enum: ['group', 'inbox'] },
    groupId: { ...uuid, description: 'only of a group' },
    stream: text,
    generation: { ...integer, description: 'a stored offset of another generation is void' },
    memberSince: moment,
  },
};

const windows: Schema = {
  type: 'object',
  description: 'when the computer may be changed: while the window of one of its groups is open; without any always',
  required: ['group', 'zone', 'intervals'],
  properties: {
    group: { ...text, description: 'that they were written for' },
    zone: { ...text, description: 'IANA name' },
    intervals: listOf({
      type: 'object',
      required: ['days', 'from', 'to'],
      properties: { days: listOf({ type: 'string', enum: [...WEEKDAYS] }), from: text, to: text },
    }),
  },
};

const orNull = (schema: Schema): Schema => ({ ...schema, nullable: true });
const state: Schema = { type: 'string', enum: [...OFFER_REQUEST_STATES] };

const catalogueItem: Schema = object<CatalogueItem>({
  offerId: uuid,
  package: text,
  version: text,
  title: text,
  publisher: orNull(text),
  description: orNull(text),
  approval: {
    type: 'string',
    enum: [...OFFER_APPROVALS],
    description: 'required: somebody decides about each request',
  },
  request: {
    ...object<NonNullable<CatalogueItem['request']>>({
      id: uuid,
      state,
      jobId: orNull(uuid),
      reason: orNull(text),
      requestedAt: moment,
    }),
    nullable: true,
    description: 'the newest of this computer',
  },
});

/** The answers of the door; a field that is added to a type must be added here, or this does not compile. */
export const doorAnswers: Record<keyof DoorAnswers, Schema> = {
  EnrolResponse: object<EnrolResponse>({ computerId: uuid, keySets }),
  TokenResponse: object<TokenResponse>({
    access_token: { ...text, description: "the computer's password for the broker and bearer token here" },
    token_type: { type: 'string', enum: ['Bearer'] },
    expires_in: { ...integer, description: 'seconds' },
    scope: text,
  }),
  SessionResponse: object<SessionResponse>({
    computerId: uuid,
    time: moment,
    broker: object<SessionResponse['broker']>({ url: text, vhost: text }),
    subscriptions: listOf(subscription),
    keySets,
    windows: listOf(windows),
  }),
  DesiredStateResponse: object<DesiredStateResponse>({
    commands: listOf({ ...text, description: 'compact JWS' }),
    open: listOf(object<DesiredStateResponse['open'][number]>({ jobId: uuid, run: integer, attempt: integer })),
  }),
  DownloadTicket: object<DownloadTicket>({ url: { ...text, format: 'uri' }, size: integer, expiresAt: moment }),
  CatalogueResponse: object<CatalogueResponse>({ items: listOf(catalogueItem) }),
  OfferRequestView: object<OfferRequestView>({
    id: uuid,
    offerId: uuid,
    package: text,
    version: text,
    computerId: uuid,
    computerName: text,
    state,
    jobId: { ...orNull(uuid), description: 'that installs it, once it is approved' },
    reason: { ...orNull(text), description: 'why it was rejected' },
    requestedAt: moment,
    decidedAt: orNull(moment),
    decidedBy: orNull(text),
  }),
};

/** RFC 9457 with our stable code. */
export const problemSchema: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: text,
    title: text,
    status: integer,
    detail: text,
    code: text,
    requestId: text,
    errors: listOf({ type: 'object', required: ['pointer', 'message'], properties: { pointer: text, message: text } }),
  },
};

/** Documents the answer of a call of the door and the stable problem codes that are particular to it. */
export function DoorCall(
  status: number,
  answer: keyof DoorAnswers | null,
  problems: readonly string[],
): MethodDecorator {
  const schema = answer && { $ref: `#/components/schemas/${answer}` };
  return applyDecorators(
    ApiResponse({
      status,
      description: answer ?? 'Done',
      ...(schema ? { content: { 'application/json': { schema } } } : {}),
    }),
    ApiExtension('x-problems', problems),
    ApiResponse({
      status: 'default',
      description: `Problem (RFC 9457). Codes of this call: ${problems.join(', ')}.`,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }),
  );
}
