/** Version of this package. */
export const productVersion = '0.1.0';

/**
 * What `GET /` reports. Clients parse it as major.minor.patch to decide what to call: kcctl reads offsets from 3.5 on and
 * changes them from 3.6 on; 4.1 is the line whose answers this API gives. No suffix, since parsers differ in what they survive.
 */
export const restApiVersion = '4.1.0';
