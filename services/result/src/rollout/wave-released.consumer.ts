import { Controller } from '@nestjs/common';
import { EVENTS, JobWaveReleased, REASONS, subscriptionQueue } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { RELEASE_WAVE_SQL } from './wave-released.sql.js';

@Controller()
export class WaveReleasedConsumer {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Executions of the wave no longer wait for it. Harmless when it comes twice, or after their agents have answered. */
  @EventHandler({ event: EVENTS.jobWaveReleased, queue: subscriptionQueue('result', 'jobs'), type: JobWaveReleased })
  async onWaveReleased({ jobId, run, wave }: JobWaveReleased): Promise<void> {
    await this.unitOfWork.run((manager) => manager.query(RELEASE_WAVE_SQL, [jobId, run, wave, REASONS.released]));
  }
}
