import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

/** Jobs in one request at most. */
const MAX_JOBS = 100;
/** Executions in one request at most. */
const MAX_EXECUTIONS = 200;

/** One job of many. */
export class BulkJob {
  @IsUUID() id: string;
  /** as `If-Match`: refused (412) when the job has changed since */
  @IsOptional() @IsInt() @Min(1) revision?: number;
}

/** Body of an action on many jobs. */
export class BulkJobs {
  /** each of them once */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_JOBS)
  @ArrayUnique((job: { id?: string } | null) => job?.id?.toLowerCase(), {
    message: 'each job may be named only once',
  })
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => BulkJob)
  jobs: BulkJob[];
}

/** Body of an action on many jobs that says why. */
export class BulkJobsWithReason extends BulkJobs {
  /** for all of them; shown in each job and on the computers */
  @IsOptional() @IsString() @MaxLength(500) reason?: string;
}

/** Body of `POST /jobs/actions/re-execute`. */
export class BulkReexecute extends BulkJobs {
  /** in each of them */
  @IsIn(['failed', 'unsuccessful']) only: 'failed' | 'unsuccessful';
}

/** Body of `POST /jobs/{id}/executions/actions/re-execute`. */
export class ReexecuteExecutions {
  /** ids of computers, each of them once */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_EXECUTIONS)
  @ArrayUnique((id: unknown) => (typeof id === 'string' ? id.toLowerCase() : id))
  @IsUUID(undefined, { each: true })
  computers: string[];
}
