import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { DURATION, DURATION_MESSAGE } from './rollout.js';

/**
 * A computer that failed tries again by itself, as a new attempt. Until its last attempt has ended it has not finished: neither gates nor
 * `stopWhen` count the attempts before.
 */
export class JobRetry {
  /** attempts of each computer, the first included */
  @IsInt() @Min(2) @Max(10) attempts: number;
  /** from the end of the first attempt to the second, `PT1S` to `P7D`; default `PT5M`. Whoever would be due after the job's expiry does not try again */
  @IsOptional() @IsString() @Matches(DURATION, { message: DURATION_MESSAGE }) backoff?: string;
  /** each further wait is so many times the one before, 7 days at most; default 2 */
  @IsOptional() @IsNumber({ maxDecimalPlaces: 3 }) @Min(1) @Max(10) multiplier?: number;
  /** share by which waits are shortened or lengthened at random, so that not all try at once; default 0.2 */
  @IsOptional() @IsNumber({ maxDecimalPlaces: 3 }) @Min(0) @Max(1) jitter?: number;
  /** reasons after which it is tried again: `download.failed`, `download.*`, `install.exitCode:1618`; default every failure, `*` */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ArrayUnique()
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  on?: string[];
}
