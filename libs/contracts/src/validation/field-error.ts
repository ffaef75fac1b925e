/** One wrong field: where (RFC 6901 JSON pointer) and what would be right. */
export interface FieldError {
  pointer: string;
  message: string;
}
