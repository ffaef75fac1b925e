/** Header of a request: when its caller stops waiting, epoch milliseconds. */
export const DEADLINE_HEADER = 'x-waybill-deadline';
