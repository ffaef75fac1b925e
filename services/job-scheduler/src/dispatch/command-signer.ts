import { type Command, COMMAND_JWS_TYPE } from '@waybill/contracts';
import { JwsSigner, type ServiceKey } from '@waybill/trust';

/** Signs commands as compact JWS with the command key of this moment. */
export class CommandSigner {
  private signer: { kid: string; privateKey: object; jws: JwsSigner } | null = null;

  constructor(private readonly key: ServiceKey) {}

  /**
   * A signature for each of many commands; the key is looked at once.
   * @throws Error when agents would refuse the key: nothing is sent then, and what was to be sent stays to be done
   */
  async ready(): Promise<(command: Command) => string> {
    const { kid, privateKey } = await this.key.current();
    if (this.signer?.kid !== kid || this.signer.privateKey !== privateKey)
      this.signer = { kid, privateKey, jws: new JwsSigner({ kid, privateKey }, COMMAND_JWS_TYPE) };
    const { jws } = this.signer;
    return (command) => jws.sign(JSON.stringify(command));
  }
}
