import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { DURATION, DURATION_MESSAGE } from './rollout.js';

/**
 * How long the job waits for a computer before its execution ends as `timedOut`, which counts as failed. Durations from `PT10S` to `P365D`. A
 * computer that is heard of after all has the last word on how it ended. Without one of them there is no such limit but the job's expiry.
 */
export class JobTimeouts {
  /** from the command to the word that the computer has taken it up, e.g. `P7D`; a computer that comes back later does not begin */
  @IsOptional() @IsString() @Matches(DURATION, { message: DURATION_MESSAGE }) accept?: string;
  /** without any word of a computer that is at work, e.g. `PT2H`; whoever waits for a moment, a restart or a next attempt is not at work */
  @IsOptional() @IsString() @Matches(DURATION, { message: DURATION_MESSAGE }) progress?: string;
  /** at work without a wait between, e.g. `PT6H` */
  @IsOptional() @IsString() @Matches(DURATION, { message: DURATION_MESSAGE }) execution?: string;
}

/** The same for the service that watches over them; milliseconds. */
export class TimeoutLimits {
  @IsOptional() @IsInt() @Min(1) @Max(31_536_000_000) acceptMs?: number;
  @IsOptional() @IsInt() @Min(1) @Max(31_536_000_000) progressMs?: number;
  @IsOptional() @IsInt() @Min(1) @Max(31_536_000_000) executionMs?: number;
}
