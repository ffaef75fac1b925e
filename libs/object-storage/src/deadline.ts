import { storageUnavailable } from './s3-errors.js';

/**
 * Waits for a request, but not for ever: the client itself knows no end. The request is not canceled.
 * @throws WaybillError `storage.unavailable` after `ms`
 */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(storageUnavailable()), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
