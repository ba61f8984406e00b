import type { SideEvent } from '../../connectors/change-event.ts';
import type { SettingProblem } from '../../connectors/source-connector.ts';
import type { ColumnSchema, TableSchema } from '../../connectors/table-schema.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { chooseConverters } from '../converters/converter-choice.ts';
import { ConverterRegistry } from '../converters/converter-registry.ts';
import { jsonForms } from '../converters/json-forms.ts';
import { ByteWriter } from '../byte-writer.ts';
import type { EncodedRecord, RecordSink } from '../encoded-record.ts';
import type { Format, RecordFormat, TableEncoder } from '../format.ts';
import { columnPlan, type ColumnPlan, type ColumnPlanOptions } from './column-plan.ts';
import { treated } from './columns/treatment.ts';
import { schemaJson, type ConnectSchema } from './connect-schema.ts';
import { contextHeaders } from './context-headers.ts';
import { DebeziumRecords, type CompiledTable } from './debezium-records.ts';
import { envelopeSchema, keySchema } from './envelope-schema.ts';
import { adjustedSchemaName } from './name-adjustment.ts';
import { debeziumOptions, valueSettings, type DebeziumOptions } from './options.ts';
import { ProcessingTime } from './processing-time.ts';
import { plainSchema } from './plain-schema.ts';
import { RecordKey, type HeaderForm } from './record-key.ts';
import { newRunId } from './run-id.ts';
import { SideRecords } from './side-records.ts';
import type { SideSchemas } from './side-schemas.ts';
import { SourceBlock, type SourceIdentity } from './source-block.ts';
import { StructEncoder, type FailureHandling, type StructForm } from './struct-encoder.ts';
import { DebeziumTableEncoder, type EncoderShares } from './table-encoder.ts';
import { tableIdentifier, tableTopic, type TopicNames } from './topic-naming.ts';
import { Transactions } from './transactions.ts';

/** The Debezium whose records these are, in `source.version` of each of them. */
const COMPATIBLE_VERSION = '3.5.0.Final';

/** As many topics are watched for tables that share them: a few megabytes. */
const MOST_TOPICS = 10_000;

/** What the format learns from its surroundings. */
export interface DebeziumSurroundings {
  /** Number of the task; default 0. */
  readonly task?: number;
  /** A UUID of this start of the task; default: a new one. */
  readonly runId?: string;
  /** Milliseconds since 1970; default: the system's clock. */
  readonly now?: () => number;
  /** Is told once per column about values that had to be written as null. */
  readonly warn?: (message: string) => void;
}

/** Problems of a configuration that neither `debeziumFormat` nor `debeziumRecords` with its converters would take. */
export function debeziumFormatProblems(
  config: Readonly<Record<string, string>>,
  workerConverters: Readonly<Record<string, string>>,
  registry = new ConverterRegistry(),
): readonly SettingProblem[] {
  return [
    ...debeziumOptions(config, { key: bareJson, value: bareJson }).problems,
    ...chooseConverters(registry, config, workerConverters).problems,
  ];
}

/**
 * Debezium's JSON envelope as Kafka Connect's JsonConverter writes it. `config`: the connector's configuration,
 * `workerConverters`: the worker's defaults for converters. Throws CONFIG_INVALID with the first problem.
 */
export function debeziumFormat(
  config: Readonly<Record<string, string>>,
  workerConverters: Readonly<Record<string, string>>,
  surroundings: DebeziumSurroundings = {},
): Format {
  const { choice, problems: converterProblems } = chooseConverters(new ConverterRegistry(), config, workerConverters);
  const forms = choice === undefined ? undefined : jsonForms(choice);
  if (choice !== undefined && forms === undefined)
    throw new ConnectorError('INTERNAL', 'the direct way writes what JsonConverter and SimpleHeaderConverter write');
  const { options, problems } = debeziumOptions(config, forms ?? { key: bareJson, value: bareJson });
  const [problem] = [...problems, ...converterProblems];
  if (problem !== undefined) throw new ConnectorError('CONFIG_INVALID', problem.message);
  return new DebeziumFormat(options, surroundings);
}

const bareJson = { schemasEnabled: false, decimalFormat: 'BASE64', replaceNullWithDefault: false } as const;

/** Debezium's records with their fields, whatever converters come behind. Throws CONFIG_INVALID with the first problem. */
export function debeziumRecords(
  config: Readonly<Record<string, string>>,
  surroundings: DebeziumSurroundings = {},
): RecordFormat {
  const { options, problems } = debeziumOptions(config, { key: bareJson, value: bareJson });
  const [problem] = problems;
  if (problem !== undefined) throw new ConnectorError('CONFIG_INVALID', problem.message);
  const format = new DebeziumFormat(options, surroundings);
  return new DebeziumRecords({
    compile: (table) => format.compileForReading(table),
    tableTopic: (schema, table) => format.tableTopic(schema, table),
    sideTopic: (event) => format.sideTopic(event),
    sideSchemas: (event) => format.sideSchemas(event),
    encodeSide: (event, sink) => format.encodeSide(event, sink),
  });
}

/** One buffer and one record serve all tables of the format: it writes one record at a time. */
class DebeziumFormat implements Format {
  readonly #options: DebeziumOptions;
  readonly #planOptions: Readonly<Record<'key' | 'value', ColumnPlanOptions>>;
  readonly #names: TopicNames;
  readonly #shares: EncoderShares;
  readonly #source: SourceIdentity;
  readonly #side: SideRecords;
  readonly #warn: (message: string) => void;
  /** Tells what is so for as long as the configuration is. */
  readonly #tell: (message: string) => void;
  readonly #topics = new Map<string, string>();

  constructor(options: DebeziumOptions, { task = 0, runId = newRunId(), now = Date.now, warn }: DebeziumSurroundings) {
    const { settings } = options;
    this.#options = options;
    this.#planOptions = { key: planOptions(options, 'key'), value: planOptions(options, 'value') };
    this.#names = {
      prefix: settings.topicPrefix,
      delimiter: settings.topicDelimiter,
      heartbeatPrefix: settings.heartbeatPrefix,
      transaction: settings.transactionTopic,
      withoutSchema: settings.namingStrategy.includes('.Default'),
      unicode: settings.namingStrategy.includes('Unicode'),
      route: options.route,
    };
    const out = new ByteWriter();
    const run = { logicalName: settings.topicPrefix, task, source: 'postgresql', runId };
    this.#shares = {
      out,
      record: emptyRecord(out),
      time: new ProcessingTime(now),
      now,
      headers: settings.extendedHeaders ? contextHeaders(run) : [],
      tombstones: settings.tombstonesOnDelete,
      skipsUnchanged: settings.skipUnchanged,
      transactions: settings.transactionMetadata ? new Transactions() : undefined,
    };
    this.#source = {
      version: COMPATIBLE_VERSION,
      name: settings.topicPrefix,
      replaceNullWithDefault: options.value.replaceNullWithDefault,
    };
    this.#side = new SideRecords(
      {
        names: this.#names,
        source: this.#source,
        schemaNames: settings.schemaNameAdjustment,
        values: { binaryHandling: settings.binaryHandling, placeholder: options.placeholder },
        keySchemas: options.key.schemasEnabled,
        valueSchemas: options.value.schemasEnabled,
      },
      this.#shares,
    );
    this.#tell = tellOnce(warn);
    this.#warn = settings.conversionFailure === 'warn' && warn !== undefined ? warn : () => undefined;
  }

  compile(table: TableSchema): TableEncoder {
    return this.#compile(table, 'text').encoder;
  }

  tableTopic(schema: string | null, table: string): string {
    return tableTopic(this.#names, schema, table);
  }

  /** For records whose fields are read back. */
  compileForReading(table: TableSchema): CompiledTable {
    const { encoder, key, envelope } = this.#compile(table, 'json');
    return {
      encoder,
      topic: encoder.topic,
      keySchema: key === undefined ? null : plainSchema(key),
      valueSchema: plainSchema(envelope),
    };
  }

  #compile(
    table: TableSchema,
    headerForm: HeaderForm,
  ): { encoder: TableEncoder; key: ConnectSchema | undefined; envelope: ConnectSchema } {
    const { settings, key, value } = this.#options;
    const topic = this.tableTopic(table.schema, table.table);
    const failures = this.#failures(table);
    this.#tellOfSharing(topic, failures.table);
    const shown = this.#valuePlans(table).filter(({ column }) => column.keyOnly !== true);
    const plans = treated(shown, table, { ...this.#options.columns, warn: this.#tell });
    const keyPlans = this.#keyPlans(table);
    const schemaName = (suffix: string): string =>
      adjustedSchemaName(`${topic}.${suffix}`, settings.schemaNameAdjustment);
    const envelope = envelopeSchema(plans, { row: schemaName('Value'), envelope: schemaName('Envelope') });
    const identifier = this.#identifier(table);
    const hasKey = keyPlans.length > 0 || identifier !== undefined;
    const keyStruct = hasKey ? keySchema(keyPlans, schemaName('Key'), identifier?.field) : undefined;
    const keyOptions = { schema: key.schemasEnabled ? keyStruct : undefined, failures, headerForm, identifier };
    const encoder = new DebeziumTableEncoder(
      {
        topic,
        name: failures.table,
        key: hasKey ? new RecordKey(keyPlans, keyOptions) : undefined,
        row: new StructEncoder(plans, failures),
        source: new SourceBlock(this.#source, table),
        schemaPrefix: value.schemasEnabled ? schemaPrefix(envelope) : undefined,
      },
      this.#shares,
    );
    return { encoder, key: keyStruct, envelope };
  }

  sideTopic(event: SideEvent): string {
    return this.#side.topic(event);
  }

  sideSchemas(event: SideEvent): SideSchemas {
    return this.#side.schemas(event);
  }

  encodeSide(event: SideEvent, sink: RecordSink): void {
    this.#side.encode(event, sink);
  }

  #plan(column: ColumnSchema, index: number, part: 'key' | 'value'): ColumnPlan[] {
    const plan = columnPlan(column, index, this.#planOptions[part]);
    return plan === undefined ? [] : [plan];
  }

  #valuePlans({ columns }: TableSchema): ColumnPlan[] {
    return columns.flatMap((column, index) => this.#plan(column, index, 'value'));
  }

  #keyPlans({ columns, key }: TableSchema): ColumnPlan[] {
    return (key ?? []).flatMap((index) => {
      const column = columns[index];
      return column === undefined ? [] : this.#plan(column, index, 'key');
    });
  }

  /** Characters that a topic name may not have all become underscores; other strategies are chosen for what they join. */
  #tellOfSharing(topic: string, table: string): void {
    if (this.#names.withoutSchema === true || this.#names.route !== undefined) return;
    const other = this.#topics.get(topic);
    if (other === undefined && this.#topics.size < MOST_TOPICS) this.#topics.set(topic, table);
    if (other !== undefined && other !== table) this.#tell(`tables ${other} and ${table} share the topic ${topic}`);
  }

  /** What of the key says which table it is of; undefined: nothing. */
  #identifier({ schema, table }: TableSchema): StructForm['last'] {
    const field = this.#names.route?.keyField;
    return field === undefined ? undefined : { field, value: tableIdentifier(this.#names, schema, table) };
  }

  #failures({ schema, table }: TableSchema): FailureHandling {
    return {
      table: schema === null ? table : `${schema}.${table}`,
      stops: this.#options.settings.conversionFailure === 'fail',
      warn: this.#warn,
    };
  }
}

/** One object for the columns of all tables. */
function planOptions(options: DebeziumOptions, part: 'key' | 'value'): ColumnPlanOptions {
  const converter = options[part];
  return {
    values: valueSettings(options, converter),
    replaceNullWithDefault: converter.replaceNullWithDefault,
    fieldNames: options.settings.fieldNameAdjustment,
  };
}

/** A table is compiled again with each of its versions. */
function tellOnce(warn: (message: string) => void = () => undefined): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (!told.has(message)) warn(message);
    told.add(message);
  };
}

function schemaPrefix(schema: ConnectSchema): string {
  return `{"schema":${schemaJson(schema)},"payload":`;
}

function emptyRecord({ bytes }: ByteWriter): EncodedRecord {
  return { bytes, keyStart: -1, keyEnd: -1, valueStart: -1, valueEnd: -1, headers: [] };
}
