import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  Length,
  MaxLength,
} from 'class-validator';
import { URL_LENGTH } from './receiver-url.js';
import { WEBHOOK_EVENTS, type WebhookEvent } from './webhook-events.js';

const EVENTS_MESSAGE = `each of events must be one of ${WEBHOOK_EVENTS.join(', ')}`;

/** Body of `POST /webhooks`. */
export class CreateWebhook {
  @IsString() @Length(1, 100) name: string;
  /** where events are posted: https, on the internet; others only by `WAYBILL_WEBHOOK_ORIGINS`. Redirects are not followed */
  @IsString() @MaxLength(URL_LENGTH) url: string;
  /** what it is told of, of all jobs of the installation */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(WEBHOOK_EVENTS.length)
  @ArrayUnique()
  @IsIn(WEBHOOK_EVENTS, { each: true, message: EVENTS_MESSAGE })
  events: WebhookEvent[];
  /** default true */
  @IsOptional() @IsBoolean() enabled?: boolean;
}

/** Body of `PATCH /webhooks/{id}`; what is absent stays. */
export class UpdateWebhook {
  @IsOptional() @IsString() @Length(1, 100) name?: string;
  /** counts for deliveries that are pending too */
  @IsOptional() @IsString() @MaxLength(URL_LENGTH) url?: string;
  /** replaces all of them; counts for what happens from now on */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(WEBHOOK_EVENTS.length)
  @ArrayUnique()
  @IsIn(WEBHOOK_EVENTS, { each: true, message: EVENTS_MESSAGE })
  events?: WebhookEvent[];
  /** while it is false nothing new is kept for it, and what is pending waits */
  @IsOptional() @IsBoolean() enabled?: boolean;
}
