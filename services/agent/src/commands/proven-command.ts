import type {
  CancelCommand,
  HoldCommand,
  ExecuteCommand,
  Manifest,
  SessionRefreshNotice,
} from '@waybill/contracts/agent';

/** A command to act, with the manifest that was proven beside it: by a publishing key, and by the digest in the command. */
export interface ProvenExecute extends ExecuteCommand {
  manifest: Manifest;
  /** key that signed the command; absent in journals of older versions */
  signedBy?: string;
}

/** A command whose every signature holds. */
export type ProvenCommand = ProvenExecute | CancelCommand | HoldCommand | SessionRefreshNotice;
