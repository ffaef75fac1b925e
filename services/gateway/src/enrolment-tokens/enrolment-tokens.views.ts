import type { EnrolmentTokenView } from '@waybill/contracts';

/** Answer of `POST /enrolment-tokens`. */
export interface EnrolmentTokenCreated extends EnrolmentTokenView {
  /** `wbe_…`; give it to the agents */
  secret: string;
}
