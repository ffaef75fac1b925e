import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { RESTART_POLICIES, type RestartPolicy } from '../commands/user-policy.js';
import { DURATION, DURATION_MESSAGE } from './rollout.js';

/**
 * What the people who use a computer are told, and what they may decide. Without it nobody is told and nothing waits for anybody. Refused are combinations that
 * would promise what is not done: `deferrals` or `restart: ask` without `notify`, a `deadline` that nothing waits for, any of it for a job that only verifies.
 */
export class JobUser {
  /** default false; who is logged in is told before the installation begins, and when it is done or has failed */
  @IsOptional() @IsBoolean() notify?: boolean;
  /**
   * how often the users may put the installation off, 0 (the default) to 100. With it the installation is offered first: it waits a notice of 5 minutes, or as
   * long as they put it off (at most 7 days at a time), and begins by itself then; at once when nobody is logged in who can be asked
   */
  @IsOptional() @IsInt() @Min(0) @Max(100) deferrals?: number;
  /**
   * how long the users may make it wait at most, PT1M to P30D: an installation that they put off begins so long after it was first offered at the latest, a restart
   * that they are asked for (`restart: ask`) comes so long after it was asked for. Without it they may put off as often as `deferrals` says, and a
   * restart waits until somebody agrees. An installation is never put off past the end of the job
   */
  @IsOptional() @IsString() @Matches(DURATION, { message: DURATION_MESSAGE }) deadline?: string;
  /**
   * when an installer asks for a restart of the computer. `never`, the default: it is reported, and somebody restarts it some time. `ask`: the users are asked, and the
   * computer restarts when one of them agrees, or at the deadline. `force`: the users are told, and it restarts after a notice of 5 minutes
   */
  @IsOptional() @IsIn(RESTART_POLICIES) restart?: RestartPolicy;
}
