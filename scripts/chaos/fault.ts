/** Where a connection to a broker is cut: before the request, in its middle, or after it, so that the answer is lost. */
export type Cut = 'before' | 'half' | 'after';

/** One thing that goes wrong; workers, brokers and connectors are given by their place in their list, times in ms. */
export type Fault =
  | { readonly kind: 'worker-kill' | 'worker-stop'; readonly worker: number; readonly downMs: number }
  | { readonly kind: 'worker-freeze'; readonly worker: number; readonly what: FreezeScope; readonly ms: number }
  | { readonly kind: 'host-kill'; readonly worker: number }
  | { readonly kind: 'rolling-restart' }
  | { readonly kind: 'broker-kill' | 'broker-stop'; readonly broker: number; readonly downMs: number }
  | { readonly kind: 'broker-freeze' | 'broker-stall'; readonly broker: number; readonly ms: number }
  | { readonly kind: 'broker-cut'; readonly broker: number; readonly percent: number }
  | { readonly kind: 'broker-request-cut'; readonly broker: number; readonly cuts: readonly Cut[] }
  | { readonly kind: 'broker-delay'; readonly broker: number; readonly delayMs: number; readonly ms: number }
  | { readonly kind: 'database-cut'; readonly percent: number }
  | { readonly kind: 'database-delay'; readonly delayMs: number; readonly ms: number }
  | { readonly kind: 'database-stall'; readonly ms: number }
  | { readonly kind: 'database-restart'; readonly mode: ShutdownMode; readonly downMs: number }
  | { readonly kind: 'config-put'; readonly connector: number; readonly key: string; readonly value: string }
  | { readonly kind: 'connector-pause' | 'connector-stop'; readonly connector: number; readonly ms: number }
  | { readonly kind: 'connector-restart'; readonly connector: number; readonly query: string }
  | { readonly kind: 'connector-recreate'; readonly connector: number; readonly downMs: number }
  | {
      readonly kind: SnapshotKind;
      readonly connector: number;
      /** How many of the connector's tables are asked for. */
      readonly tables: number;
      /** Only rows of a condition are asked for. */
      readonly isPartial: boolean;
      readonly then: Interruption;
      readonly afterMs: number;
      readonly ms: number;
    }
  | { readonly kind: 'table-add'; readonly connector: number }
  /** `task`: whose worker loses its task hosts in the middle. */
  | { readonly kind: 'snapshot-anew'; readonly connector: number; readonly task: number; readonly afterMs: number };

export type FaultKind = Fault['kind'];
/** The members of the union that hold one of these kinds. */
export type FaultOf<K extends FaultKind, F = Fault> = F extends Fault
  ? [F['kind'] & K] extends [never]
    ? never
    : F
  : never;

/** An incremental snapshot, by the channel that asks for it. */
export type SnapshotKind = 'snapshot-by-table' | 'snapshot-by-topic' | 'snapshot-by-rest' | 'snapshot-by-file';

/** What else is asked while it runs: to stop these tables or all that there is, or to pause for a while. */
export type Interruption = 'nothing' | 'stop' | 'stop-all' | 'pause';

/** Which processes stand still: the worker without its task hosts, they without it, or all. */
export type FreezeScope = 'worker' | 'hosts' | 'both';

/** How PostgreSQL ends: its fast and immediate modes (PostgreSQL 18 manual, 18.5), or SIGKILL to every process. */
export type ShutdownMode = 'fast' | 'immediate' | 'crash';

/** The lock of all brokers: never is more than one of three away at once. */
export const BROKERS = 'brokers';

/** What a fault works on and no other fault may touch meanwhile. */
export function locksOf(fault: Fault, workers: number): string[] {
  switch (fault.kind) {
    case 'worker-kill':
    case 'worker-stop':
    case 'worker-freeze':
    case 'host-kill':
      return [`worker ${fault.worker}`];
    case 'rolling-restart':
      return Array.from({ length: workers }, (_, index) => `worker ${index}`);
    case 'broker-kill':
    case 'broker-stop':
    case 'broker-freeze':
      return [BROKERS];
    case 'broker-stall':
    case 'broker-cut':
    case 'broker-request-cut':
    case 'broker-delay':
      return [`wire of broker ${fault.broker}`];
    case 'database-cut':
    case 'database-delay':
    case 'database-stall':
      return ['wire of the database'];
    case 'database-restart':
      return ['database'];
    case 'config-put':
    case 'connector-pause':
    case 'connector-stop':
    case 'connector-restart':
    case 'connector-recreate':
    case 'snapshot-by-table':
    case 'snapshot-by-topic':
    case 'snapshot-by-rest':
    case 'snapshot-by-file':
    case 'table-add':
    case 'snapshot-anew':
      return [`connector ${fault.connector}`];
  }
}

/** `worker-kill worker 1 downMs 3000` */
export function faultText({ kind, ...details }: Fault): string {
  return [kind, ...Object.entries(details).map(([key, value]) => `${key} ${String(value)}`)].join(' ');
}
