import { atLeast, between, choice, flag, integer, text } from '../../../settings/kinds.ts';
import { defineSetting } from '../../../settings/setting.ts';
import { identityRules, type IdentityRule } from '../setup/identity-rules.ts';

const REPLICATION = 'Replication';
const SLOT_NAME = /^[a-z0-9_]{1,63}$/;
const MAX_IDENTIFIER_BYTES = 63;

/** Slot, publication and the session that streams. */
export const replicationSettings = {
  pluginName: choice('plugin.name', ['pgoutput', 'decoderbufs'], {
    default: 'pgoutput',
    group: REPLICATION,
    recommended: ['pgoutput'],
    check: (name) =>
      name === 'pgoutput' ? undefined : `'${name}' is not supported; use pgoutput, which every server from 10 on has`,
    documentation: 'The logical decoding plug-in on the server. Only pgoutput, which is also the default here.',
  }),
  slotName: text('slot.name', {
    default: 'debezium',
    group: REPLICATION,
    check: (name) => (SLOT_NAME.test(name) ? undefined : 'only a to z, 0 to 9 and _ are allowed, at most 63 of them'),
    documentation: 'Name of the replication slot; one per connector. Created when missing.',
  }),
  slotDropOnStop: flag('slot.drop.on.stop', {
    default: 'false',
    group: REPLICATION,
    documentation:
      'Drops the slot whenever the task stops, also when it moves to another worker. What is changed until it starts again is lost: for tests only.',
  }),
  slotFailover: flag('slot.failover', {
    default: 'false',
    group: REPLICATION,
    documentation:
      'Creates the slot so that it is copied to standbys, and changes one that exists accordingly (PostgreSQL 17 and later; ignored before).',
  }),
  slotMaxRetainedBytes: integer('millrace.slot.max.retained.bytes', 'LONG', {
    default: '0',
    group: REPLICATION,
    check: atLeast(0),
    documentation:
      "How much of its log the server may keep for the slot before millrace.slot.limit.action applies; 0: no limit of the connector's own. Progress and the log warn from half of it on, and in the same way of the server's own limit (max_slot_wal_keep_size).",
  }),
  slotLimitAction: choice('millrace.slot.limit.action', ['warn', 'fail', 'drop'], {
    default: 'warn',
    group: REPLICATION,
    documentation:
      "What happens while changes stream and the slot keeps more than millrace.slot.max.retained.bytes. warn: it is told in progress, metrics and the log. fail: the task fails, and the server goes on keeping its log. drop: the task fails and drops the slot, which saves the server's disk; the changes since are gone, and the connector begins anew once its offsets are reset, or by itself with millrace.gap.action=read_anew or snapshot.mode=when_needed.",
  }),
  slotCheckIntervalMs: integer('millrace.slot.check.interval.ms', 'INT', {
    default: '5000',
    importance: 'LOW',
    group: REPLICATION,
    check: between(100, 600_000),
    documentation: "Time between two looks at the end of the server's log and at what the slot keeps of it.",
  }),
  gapAction: choice('millrace.gap.action', ['fail', 'read_anew'], {
    default: 'fail',
    group: REPLICATION,
    documentation:
      'When the server has no longer what follows the stored offset: the slot is gone, was invalidated or has moved past the offset, or the server lacks what was delivered. fail: the task fails, unless snapshot.mode says otherwise (when_needed). read_anew: the task drops what is left of the slot, makes a new one and reads all captured tables again before the changes, whatever snapshot.mode is. Consumers keep rows that were deleted in between.',
  }),
  otherServerAction: choice('millrace.other.server.action', ['fail', 'adopt'], {
    default: 'fail',
    group: REPLICATION,
    documentation:
      'When the stored offset was written for a server with another system identifier. fail: the task fails. adopt: the slot of this server goes on where the other one ended (so it is after pg_upgrade of PostgreSQL 17 and later, or a planned change of servers): the task goes on from where the slot is. Set it for the change only.',
  }),
  slotMaxRetries: integer('slot.max.retries', 'INT', {
    default: '6',
    group: REPLICATION,
    check: atLeast(0),
    documentation: 'How often to try again when somebody else uses the slot.',
  }),
  slotRetryDelayMs: integer('slot.retry.delay.ms', 'LONG', {
    default: '10000',
    group: REPLICATION,
    check: atLeast(1),
    documentation: 'Time between these tries.',
  }),
  publicationName: text('publication.name', {
    default: 'dbz_publication',
    group: REPLICATION,
    check: (name) =>
      name !== '' && Buffer.byteLength(name) <= MAX_IDENTIFIER_BYTES ? undefined : 'must have 1 to 63 bytes',
    documentation: 'Name of the publication that says which tables the server sends.',
  }),
  publicationMode: choice('publication.autocreate.mode', ['all_tables', 'filtered', 'no_tables', 'disabled'], {
    default: 'all_tables',
    group: REPLICATION,
    documentation:
      'When the publication is missing: all_tables creates it FOR ALL TABLES (superuser), filtered for the tables that match the filters (and adapts an existing one), no_tables empty, disabled: it has to exist.',
  }),
  publishViaPartitionRoot: flag('publish.via.partition.root', {
    default: 'false',
    group: REPLICATION,
    documentation:
      'Creates the publication so that changes of partitions come under the name of the partitioned table.',
  }),
  allowTablesWithoutIdentity: flag('millrace.publication.allow.tables.without.identity', {
    default: 'false',
    importance: 'LOW',
    group: REPLICATION,
    documentation:
      'Confirms that a publication of all tables may be created although the database has tables without replica identity. UPDATE and DELETE on those then fail for every application until they have a primary key or ALTER TABLE … REPLICA IDENTITY.',
  }),
  offsetMismatch: choice(
    'offset.mismatch.strategy',
    ['no_validation', 'trust_offset', 'trust_slot', 'trust_greater_lsn'],
    {
      default: 'no_validation',
      group: REPLICATION,
      documentation:
        'What to do when the slot is ahead of the stored offset, so that changes between the two are gone: no_validation and trust_offset fail the task, trust_slot and trust_greater_lsn go on from the slot.',
    },
  ),
  lsnFlushMode: choice('lsn.flush.mode', ['connector', 'connector_and_driver', 'manual'], {
    default: 'connector',
    importance: 'LOW',
    group: REPLICATION,
    documentation:
      'connector and connector_and_driver: the slot moves behind what Kafka holds, also when only other tables change. manual: the connector never moves it.',
  }),
  xminIntervalMs: integer('xmin.fetch.interval.ms', 'LONG', {
    default: '0',
    importance: 'LOW',
    group: REPLICATION,
    check: between(0, 2_147_483_647),
    documentation:
      'Time between two looks at catalog_xmin of the slot, which becomes source.xmin of the transactions that begin after it; 0: source.xmin is null.',
  }),
  flushLsnSource: flag('flush.lsn.source', {
    default: 'true',
    importance: 'LOW',
    group: REPLICATION,
    documentation: 'Older form of lsn.flush.mode: false is the same as manual there.',
  }),
  identityAutoset: defineSetting<readonly IdentityRule[]>({
    name: 'replica.identity.autoset.values',
    type: 'STRING',
    defaultText: '',
    group: REPLICATION,
    parse: identityRules,
    documentation:
      'Replica identities that captured tables are given when the task starts: schema.table:FULL (or DEFAULT, NOTHING, INDEX name), several rules separated by commas; the table is a Java regular expression. The role has to own the tables. A table that cannot be changed, or not within 10 s since somebody uses it, stays as it is, with a line in the log.',
  }),
  statusIntervalMs: integer('status.update.interval.ms', 'INT', {
    default: '10000',
    group: REPLICATION,
    check: between(100, 600_000),
    documentation:
      'Longest time between two status messages to the server. It gives the session up after three times this long without one.',
  }),
};

const DDL = 'DDL';

/** What tables are like, and statements that change them. */
export const ddlSettings = {
  ddlCapture: choice('millrace.ddl.capture', ['off', 'existing', 'install', 'remove'], {
    default: 'off',
    group: DDL,
    documentation:
      'Whether CREATE, ALTER and DROP of captured tables become records, each in its place among the changes. off: no, DDL is ignored. existing: yes, by the event triggers that somebody has installed (docs/postgres.md). install: the connector installs them when they are missing, which needs a superuser (on managed services a role that may create event triggers). remove: the connector drops them, for all connectors of the database, and ignores DDL.',
  }),
  schemaPhase: choice('millrace.schema.phase', ['off', 'on', 'only'], {
    default: 'off',
    group: DDL,
    documentation:
      'Whether a connector that begins prepares its consumers before it delivers anything: the topics of all captured tables are created where they are missing, and a record of the definition of each table is written, as DDL records are. off: no. on: yes, before the rows of a snapshot or (snapshot.mode=no_data) before the first change. only: this and nothing else, whatever snapshot.mode says; the connector then stops by itself.',
  }),
  ddlTopic: text('millrace.ddl.topic.name', {
    optional: true,
    importance: 'LOW',
    group: DDL,
    documentation: 'Topic of these records; default: topic.prefix and .schema-changes.',
  }),
};

/** What happens at intervals while changes stream. */
export const heartbeatSettings = {
  heartbeatIntervalMs: integer('heartbeat.interval.ms', 'INT', {
    default: '0',
    check: atLeast(0),
    documentation: 'Time between two records on the heartbeat topic; 0: none. The slot moves without them as well.',
  }),
  heartbeatQuery: text('heartbeat.action.query', {
    optional: true,
    documentation: 'SQL to run on the database with each heartbeat.',
  }),
  heartbeatWrite: choice('millrace.heartbeat.write', ['none', 'message', 'table'], {
    default: 'none',
    documentation:
      'What the connector writes to the database every millrace.heartbeat.write.interval.ms, so that there is always something whose way through the slot can be timed (source.heartbeat in the progress): nothing; a logical message, which is no row and needs no rights; or its row in the table public.dts_postgres_heartbeat, which is created when missing and, with publication.autocreate.mode=filtered, added to the publication. Neither is delivered, unless table.include.list names the table. Not on a standby.',
  }),
  heartbeatWriteIntervalMs: integer('millrace.heartbeat.write.interval.ms', 'INT', {
    default: '10000',
    importance: 'LOW',
    check: atLeast(100),
    documentation: 'Time between two of what millrace.heartbeat.write says.',
  }),
};
