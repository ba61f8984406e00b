import type { Placeholder } from './placeholder.ts';

/** Where a placeholder's value stands. */
export type Lookup =
  | { readonly value: string }
  /** In a file; `value` finds it in the content, undefined when it is not there. */
  | {
      readonly file: string;
      /** A missing file is an error; else it means that there is no such value. */
      readonly required: boolean;
      readonly value: (content: Buffer) => string | undefined;
    };

/** A source of values. It says where a value stands; reading is the resolver's part, so that it can be done in two ways. */
export interface ConfigProvider {
  /** Undefined: there is no such value, or it may not be read; the placeholder stays as it is. Throws CONFIG_PROVIDER_FAILED. */
  find(placeholder: Placeholder): Lookup | undefined;
}
