import { Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';

/** Tells this process's open event streams that a job moved. A hint only: what changed is read from the result service. */
@Injectable()
export class LiveEvents {
  private readonly moved = new Subject<string>();

  /** ids of jobs that moved */
  readonly jobs = this.moved.asObservable();

  jobMoved(jobId: string): void {
    this.moved.next(jobId);
  }
}
