import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A computer as the agent door sees it, without an agent: it enrols and asks for tokens, and does nothing else. */
export class DoorComputer {
  readonly keys = generateKeyPairSync('ed25519');
  id = '';

  constructor(
    private readonly door: string,
    private readonly hostname: string,
  ) {}

  /** @param token secret of an enrolment token */
  async enrol(token: string): Promise<Response> {
    const publicKey = this.keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
    const response = await this.post('/enrol', { token, publicKey, hostname: this.hostname });
    if (response.ok) this.id = ((await response.clone().json()) as { computerId: string }).computerId;
    return response;
  }

  assertion(): string {
    const user = `a-${this.id}`;
    const exp = Math.floor(Date.now() / 1000) + 60;
    const content = `${encode({ alg: 'EdDSA' })}.${encode({ iss: user, sub: user, aud: 'waybill-fleet', jti: randomUUID(), exp })}`;
    return `${content}.${sign(null, Buffer.from(content), this.keys.privateKey).toString('base64url')}`;
  }

  exchange(assertion: string): Promise<Response> {
    return this.post('/token', {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
  }

  post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.door}/agent/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }
}
