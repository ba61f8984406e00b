const noClientSetting = 'the Kafka client of this version has no such setting';

/** Keys of a Connect worker that have nothing to act on here, by name or prefix (ending in a dot), with the reason. */
export const keysWithoutEffect: readonly (readonly [string, string])[] = [
  ['worker.sync.timeout.ms', 'a worker joins without waiting for the end of the config topic'],
  ['worker.unsync.backoff.ms', 'of the eager protocol only'],
  ['offset.flush.timeout.ms', 'offsets are committed together with the records they cover'],
  ['plugin.discovery', 'plug-ins are found by their manifests'],
  ['rest.host.name', 'gone from Connect since 3.0; use listeners'],
  ['rest.port', 'gone from Connect since 3.0; use listeners'],
  ['listeners.https.', 'the https listeners of this version have no such setting'],
  ['metric.reporters', 'there is no JMX here'],
  ['metrics.', 'there is no JMX here'],
  ['key.converter.plugin.version', 'the converters are built in'],
  ['value.converter.plugin.version', 'the converters are built in'],
  ['header.converter.plugin.version', 'the converters are built in'],
  ['client.dns.lookup', noClientSetting],
  ['client.rack', noClientSetting],
  ['default.api.timeout.ms', noClientSetting],
  ['metadata.recovery.', noClientSetting],
  ['receive.buffer.bytes', noClientSetting],
  ['reconnect.backoff.', noClientSetting],
  ['retries', noClientSetting],
  ['sasl.', noClientSetting],
  ['security.', noClientSetting],
  ['send.buffer.bytes', noClientSetting],
  ['socket.', noClientSetting],
  ['ssl.', noClientSetting],
  ['internal.key.converter', 'gone from Connect since 3.0'],
  ['internal.value.converter', 'gone from Connect since 3.0'],
];

/** Why a key is accepted but changes nothing; undefined for every other key. */
export function withoutEffect(key: string): string | undefined {
  return keysWithoutEffect.find(([name]) => key === name || (name.endsWith('.') && key.startsWith(name)))?.[1];
}
