/** A form whose page may have its content taken over by another button than its own. */
export interface Committing {
  /** Takes over what is filled in, if it is complete and new. False when it could not be, which the form tells. */
  commit: () => Promise<boolean>;
}
