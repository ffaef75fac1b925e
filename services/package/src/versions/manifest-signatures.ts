import { Inject, Injectable } from '@nestjs/common';
import { conflict, invalid, MANIFEST_JWS_TYPE } from '@waybill/contracts';
import { attach, digestOf, JwsSigner, KeyRing, type ServiceKey, type SigningKey, verifyManifest } from '@waybill/trust';

/** Injection token of the {@link ServiceKey} that signs for packagers; null when the organisation signs everything itself. */
export const PUBLISHING_KEY = Symbol('PUBLISHING_KEY');

export interface SignedManifest {
  /** compact JWS with the manifest in it */
  signedManifest: string;
  /** id of the publishing key */
  signedBy: string;
}

/** Brings a manifest and a publishing key's word for it together. */
@Injectable()
export class ManifestSignatures {
  constructor(
    private readonly keys: KeyRing,
    @Inject(PUBLISHING_KEY) private readonly own: ServiceKey | null,
  ) {}

  /**
   * @param text the canonical manifest
   * @param signature of the packager, with the text in it or detached; without one the service signs
   * @throws invalid `version.signatureInvalid`; conflict `version.signatureMissing`, `version.signingKeyUnusable`
   */
  async sign(text: string, signature: string | undefined): Promise<SignedManifest> {
    if (signature !== undefined) return this.check(text, attach(signature, text));
    if (!this.own) {
      throw conflict(
        'version.signatureMissing',
        'This installation has no publishing key of its own: sign the exact bytes of GET …/manifest with a publishing key of the organisation and send the JWS as "signature" (npm run keys -- sign does both).',
      );
    }
    const key = await this.usable(this.own);
    return { signedManifest: new JwsSigner(key, MANIFEST_JWS_TYPE).sign(text), signedBy: key.kid };
  }

  private async check(text: string, jws: string): Promise<SignedManifest> {
    const verified = await verifyManifest(jws, digestOf(text), await this.keys.current(), Date.now());
    if (verified.ok) return { signedManifest: jws, signedBy: verified.kid };
    throw invalid(
      'version.signatureInvalid',
      `The signature is not accepted: ${verified.why}. It must be a JWS of type ${MANIFEST_JWS_TYPE} by a valid publishing key over the exact bytes of GET …/manifest.`,
      [{ pointer: '/signature', message: verified.why }],
    );
  }

  private async usable(own: ServiceKey): Promise<SigningKey> {
    try {
      return await own.current();
    } catch (error) {
      throw conflict(
        'version.signingKeyUnusable',
        `The publishing key of the package service cannot be used: ${(error as Error).message}. Replace it (npm run keys -- rotate publish), or send a signature of the organisation.`,
      );
    }
  }
}
