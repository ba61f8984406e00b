/** Something about the local stack that the person at the keyboard can mend: the message says what and how. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
