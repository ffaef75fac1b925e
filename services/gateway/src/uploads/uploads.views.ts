import type { MultipartPart, MultipartView } from '@waybill/contracts';

export interface UploadPartView extends MultipartPart {
  /** `PUT` the part's bytes here, nothing else beside them; absent unless URLs were asked for and the upload is open */
  url?: string;
}

/** An upload whose bytes go straight to object storage. */
export interface UploadView extends MultipartView {
  parts: UploadPartView[];
}
