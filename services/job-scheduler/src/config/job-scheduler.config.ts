import { Env, IsEd25519PublicKeys, listOf, ServiceConfig } from '@waybill/platform';
import { IsInt, IsNumber, IsString, Matches, Max, Min } from 'class-validator';
import type { ApprovalPolicy } from '../approval/approval.js';

/** What the job-scheduler reads from the environment. */
export class JobSchedulerConfig extends ServiceConfig {
  override httpPort: number = 8083;

  /** Ed25519 private key (PKCS#8 PEM) that signs commands; usually given as a file, which is read again when it changes */
  @Env('WAYBILL_COMMAND_KEY', { secret: true })
  @Matches(/^-----BEGIN PRIVATE KEY-----/, {
    message: '$property must be an Ed25519 private key in PEM (PKCS#8); name its file in WAYBILL_COMMAND_KEY_FILE',
  })
  commandKey: string;

  /** Ed25519 public keys (PEM) of the gateway, which vouches for who asks; several while its key is rotated */
  @Env('WAYBILL_ACTOR_PUBLIC_KEY')
  @IsEd25519PublicKeys()
  actorPublicKeys: string;
  /** computers; a job for more starts only when somebody else has approved it; 0: any size starts */
  @Env('WAYBILL_APPROVAL_ABOVE') @IsInt() @Min(0) approvalAbove: number = 0;
  /** groups, comma-separated; a job that reaches a computer in one of them starts only when somebody else has approved it */
  @Env('WAYBILL_APPROVAL_GROUPS') @IsString() approvalGroups: string = '';

  /** days after its end when a job is archived: its counters and its report stay, what became of each computer is deleted; 0: never */
  @Env('WAYBILL_ARCHIVE_AFTER_DAYS') @IsInt() @Min(0) @Max(36_500) archiveAfterDays: number = 365;
  /** share of all computers, 0 to 1; a filter that means more has to be confirmed with the number of computers */
  @Env('WAYBILL_CONFIRM_SHARE') @IsNumber() @Min(0) @Max(1) confirmShare: number = 0.5;

  /** the signed key set (npm run keys) that says whose signatures count; read again when its file changes */
  @Env('WAYBILL_KEY_SET') @IsString() keySet: string;
}

/** Which jobs somebody else must approve. */
export function approvalPolicy({ approvalAbove, approvalGroups }: JobSchedulerConfig): ApprovalPolicy {
  return { above: approvalAbove, groups: listOf(approvalGroups) };
}
