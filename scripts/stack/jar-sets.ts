/** A Maven artefact, `group:artifact:version`. */
export type Coordinates = `${string}:${string}:${string}`;

/** Jars that are fetched together into one folder of the cache. */
export interface JarSet {
  /** Folder name in the cache. */
  readonly name: string;
  readonly artefacts: readonly Coordinates[];
  /** Jars that must not be in the folder although a dependency names them. */
  readonly without?: RegExp;
}

/** The broker, its tools and the reference Connect worker. kafka-tools brings connect-runtime with it. */
export const kafka41Jars: JarSet = {
  name: 'kafka-4.1.1',
  artefacts: [
    'org.apache.kafka:kafka_2.13:4.1.1',
    'org.apache.kafka:kafka-tools:4.1.1',
    'org.apache.kafka:connect-runtime:4.1.1',
    'org.apache.kafka:connect-json:4.1.1',
    'org.apache.kafka:connect-transforms:4.1.1',
    'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3',
  ],
};

/** The oldest supported broker, with ZooKeeper. */
export const kafka27Jars: JarSet = {
  name: 'kafka-2.7.2',
  artefacts: ['org.apache.kafka:kafka_2.13:2.7.2', 'org.slf4j:slf4j-simple:1.7.30'],
};

/** A plug-in folder of Connect: what the worker itself brings must not be there twice. */
export const debeziumJars: JarSet = {
  name: 'debezium-connector-postgres-3.5.0.Final',
  artefacts: ['io.debezium:debezium-connector-postgres:3.5.0.Final'],
  without: /^(connect-api|kafka-clients|slf4j|lz4|at.yawk.lz4|zstd|snappy|jakarta)[-.].*\.jar$/,
};
