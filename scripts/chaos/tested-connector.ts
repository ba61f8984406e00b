import type { AskedSnapshot } from './asked-snapshots.ts';
import type { ChaosLoad } from './chaos-load.ts';
import { TableLedger } from './table-ledger.ts';

/** A connector under test. */
export interface TestedConnector {
  readonly name: string;
  /** As it was last asked for. */
  config: Readonly<Record<string, string>>;
  readonly load: ChaosLoad;
  /** The last one is that of now. */
  readonly lives: ConnectorLife[];
}

export function lifeOf({ name, lives }: TestedConnector): ConnectorLife {
  const life = lives.at(-1);
  if (life === undefined) throw new Error(`${name} has not begun`);
  return life;
}

/**
 * A connector from one initial snapshot to the next: the topics that it writes to are its own, so that each is the story of its
 * table from one beginning.
 */
export class ConnectorLife {
  readonly number: number;
  readonly connector: string;
  readonly ledgers: TableLedger[] = [];
  readonly asked: AskedSnapshot[] = [];
  /** Of the signals that were sent. */
  readonly signals: string[] = [];

  constructor(connector: string, number: number) {
    this.connector = connector;
    this.number = number;
  }

  topicOf(table: string): string {
    return this.number === 1 ? `${this.connector}.public.${table}` : `${this.connector}.life${this.number}.${table}`;
  }

  /** Notifications come here. */
  get toldTopic(): string {
    return `${this.connector}-told-${this.number}`;
  }

  /** Signals are taken from here. A later life has forgotten how far it had read, and would obey all of them again. */
  get signalTopic(): string {
    return `${this.connector}-signal-${this.number}`;
  }

  /** What the configuration says of all this. The first topics have Debezium's own names. */
  get settings(): Readonly<Record<string, string>> {
    const { connector, number } = this;
    return {
      'notification.sink.topic.name': this.toldTopic,
      'signal.kafka.topic': this.signalTopic,
      ...(number === 1
        ? {}
        : {
            transforms: 'life',
            'transforms.life.type': 'org.apache.kafka.connect.transforms.RegexRouter',
            'transforms.life.regex': `${connector}\\.public\\.(.*)`,
            'transforms.life.replacement': `${connector}.life${number}.$1`,
          }),
    };
  }

  /** The one after this, whose topics begin with a snapshot. */
  next(): ConnectorLife {
    const next = new ConnectorLife(this.connector, this.number + 1);
    for (const ledger of this.ledgers) next.ledgers.push(ledger.renewed(next.topicOf(ledger.table)));
    return next;
  }
}
