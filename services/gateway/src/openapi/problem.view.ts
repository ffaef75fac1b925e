/** An error as the client sees it (RFC 9457, `application/problem+json`). */
export interface Problem {
  type: string;
  title: string;
  /** HTTP status */
  status: number;
  /** what is wrong and what would be right */
  detail: string;
  /** stable, e.g. `package.notFound` */
  code: string;
  /** quote it to whoever reads the logs */
  requestId: string;
  /** every wrong field at once */
  errors?: {
    /** RFC 6901 JSON pointer into the body */
    pointer: string;
    message: string;
  }[];
}
