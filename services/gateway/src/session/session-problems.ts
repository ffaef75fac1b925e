import { WaybillError } from '@waybill/contracts';

/** The same whatever was wrong. */
export function badCredentials(): WaybillError {
  return new WaybillError('unauthorized', 'session.badCredentials', 'The username or the password is wrong.');
}

export function sessionRequired(): WaybillError {
  return new WaybillError(
    'unauthorized',
    'session.required',
    'Send "Authorization: Bearer <token>" with the accessToken of POST /api/v1/session or an API token that has not expired.',
  );
}
