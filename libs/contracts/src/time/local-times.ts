/** As the zone of a job: each computer's own time, RFC 5545's floating time. */
export const LOCAL_ZONE = 'local';

/** Wall-clock times without an offset (`2026-09-01T09:00:00`): another moment in each zone. Absent: as for any command. */
export interface LocalTimes {
  /** nothing is fetched or done before */
  startAt?: string;
  /** nothing is changed before */
  installAt?: string;
  /** nothing is begun from then on */
  expiresAt?: string;
}
