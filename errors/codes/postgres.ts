import type { ErrorDefinition } from '../error-definition.ts';

/** What can go wrong between a connector and its PostgreSQL server. */
export const postgresCodes = {
  POSTGRES_UNREACHABLE: {
    retry: 'automatic',
    advice:
      'Check database.hostname and database.port, that the server runs and that the network lets the worker through. The task tries again by itself.',
  },
  POSTGRES_LOGIN_REJECTED: {
    retry: 'after-help',
    advice:
      'Check database.user and database.password, and that pg_hba.conf lets this user in from the worker, both for the database and for replication.',
  },
  POSTGRES_TLS: {
    retry: 'after-help',
    advice:
      'Compare database.sslmode and the certificate files with what the server offers: its certificate must be signed by an authority in database.sslrootcert and, for verify-full, carry the host name.',
  },
  POSTGRES_DATABASE_UNKNOWN: {
    retry: 'after-help',
    advice: 'Correct database.dbname, or create the database.',
  },
  POSTGRES_PRIVILEGE_MISSING: {
    retry: 'after-help',
    advice: 'Grant what the message names to the user of the connector, then restart the task.',
  },
  POSTGRES_VERSION: {
    retry: 'never',
    advice: 'Use PostgreSQL 14 or later.',
  },
  POSTGRES_WAL_LEVEL: {
    retry: 'after-help',
    advice:
      "Run ALTER SYSTEM SET wal_level = 'logical' and restart the server (managed services have a parameter for it), then restart the task.",
  },
  POSTGRES_NO_CAPACITY: {
    retry: 'after-help',
    advice:
      'Drop replication slots that nobody uses (pg_replication_slots), or raise max_replication_slots or max_wal_senders and restart the server.',
  },
  POSTGRES_PUBLICATION_MISSING: {
    retry: 'after-help',
    advice:
      'Create the publication, or let publication.autocreate.mode do it. A publication that was created after the position of the slot does not count: drop the slot and reset the offsets then.',
  },
  POSTGRES_PUBLICATION_UNUSABLE: {
    retry: 'after-help',
    advice: 'Change the publication, or the settings about it, as the message says, then restart the task.',
  },
  POSTGRES_SLOT_MISSING: {
    retry: 'after-help',
    advice:
      'The changes since the stored offset are gone with the slot. Stop the connector, reset its offsets and start it again: with snapshot.mode=initial it then reads the tables anew. millrace.gap.action=read_anew does that by itself.',
  },
  POSTGRES_SLOT_LOST: {
    retry: 'after-help',
    advice:
      'The server gave the slot up (max_slot_wal_keep_size, idle_replication_slot_timeout or a conflict). Drop the slot, reset the offsets of the stopped connector and start it again, or set millrace.gap.action=read_anew, which does both; give the server more room for its log.',
  },
  POSTGRES_SLOT_IN_USE: {
    retry: 'after-help',
    advice:
      'Another session reads from this slot; each connector needs a slot of its own. Stop the other reader or change slot.name, then restart the task.',
  },
  POSTGRES_SLOT_UNUSABLE: {
    retry: 'after-help',
    advice: 'Choose another slot.name, or drop the slot that the message names.',
  },
  POSTGRES_SLOT_STANDBY_COPY: {
    retry: 'automatic',
    advice:
      'Point the connector to the primary, or promote the standby. The task tries again by itself and goes on once the server is a primary.',
  },
  POSTGRES_SLOT_OVER_LIMIT: {
    retry: 'after-help',
    advice:
      'Find out what holds the slot back (source.slot.held_by of the progress says it), raise millrace.slot.max.retained.bytes or set millrace.slot.limit.action=warn, then restart the task. Once the slot was dropped: stop the connector, reset its offsets and start it again.',
  },
  POSTGRES_SLOT_AHEAD: {
    retry: 'after-help',
    advice:
      'The changes between the offset and the slot cannot be read any more. Reset the offsets of the stopped connector to read the tables anew, or accept the gap with offset.mismatch.strategy=trust_slot.',
  },
  POSTGRES_SERVER_BEHIND: {
    retry: 'after-help',
    advice:
      'The server was restored or failed over and lacks changes that are in Kafka already. Reset the offsets of the stopped connector, or accept with offset.mismatch.strategy=trust_slot that consumers keep rows which no longer exist.',
  },
  POSTGRES_OTHER_SERVER: {
    retry: 'after-help',
    advice:
      'The offset was written for another server (pg_upgrade makes another one, too). Point the connector to the right one, or stop it and reset its offsets.',
  },
  POSTGRES_POSITION_GONE: {
    retry: 'after-help',
    advice:
      'The server has removed the part of its log that comes next. Drop the slot, reset the offsets of the stopped connector and start it again.',
  },
  POSTGRES_OFFSET_INVALID: {
    retry: 'never',
    advice:
      'An offset of this connector is what GET /connectors/{name}/offsets shows: at least lsn, or lsn_commit, as a number.',
  },
  SNAPSHOT_STATE_INVALID: {
    retry: 'never',
    advice:
      'What is stored of the snapshot was not written by this version, or by hand. Stop the connector, reset its offsets and start it again: the snapshot begins anew.',
  },
  POSTGRES_ROW_TOO_LARGE: {
    retry: 'after-help',
    advice: 'A row is larger than the server can send (1 GB as text). Exclude its table or column, or shrink the row.',
  },
  POSTGRES_LOG_BROKEN: {
    retry: 'after-help',
    advice: "The server's write-ahead log is damaged at the position. This needs the database's administrator.",
  },
  POSTGRES_STREAM_BROKEN: {
    retry: 'automatic',
    advice:
      'The server sent something that is no pgoutput stream. The task starts again from its offset; report the trace.',
  },
  POSTGRES_QUERY_FAILED: {
    retry: 'after-help',
    advice: 'The server refused a statement for the reason given. Remove the reason, then restart the task.',
  },
  POSTGRES_SPOOL_UNUSABLE: {
    retry: 'after-help',
    advice:
      'Changes of transactions that have not ended found no room. End prepared transactions that nobody needs (pg_prepared_xacts), raise millrace.spool.max.bytes, or give millrace.spool.folder a folder that can be written and has room; then restart the task. Nothing is lost: the slot has not moved past them.',
  },
  POSTGRES_SNAPSHOT_INTERRUPTED: {
    retry: 'automatic',
    advice: 'The snapshot was interrupted. The slot stays and the snapshot begins again by itself.',
  },
} as const satisfies Record<string, ErrorDefinition>;
