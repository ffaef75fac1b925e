import { byteSize } from '../text/byte-size.js';

/** Tells of the progress of one file whenever another tenth of it is sent. */
export class UploadProgress {
  private sent = 0;
  private told = 0;

  /** @param size bytes of the file */
  constructor(
    private readonly file: string,
    private readonly size: number,
    private readonly tell: (line: string) => void,
  ) {}

  /** @param bytes more that were sent; negative when they are to be sent again */
  add(bytes: number): void {
    this.sent += bytes;
    const tenth = Math.floor((this.sent * 10) / this.size);
    if (this.size === 0 || tenth <= this.told) return;
    this.told = tenth;
    this.tell(`${this.file}: ${tenth * 10} % of ${byteSize(this.size)} sent`);
  }
}
