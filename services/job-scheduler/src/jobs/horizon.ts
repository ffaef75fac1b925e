/** A start further away than this is a slip of the pen; so is a run of a recurring job. */
export const HORIZON_DAYS = 3_660;
