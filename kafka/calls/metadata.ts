import { metadataV10, metadataV11, metadataV12, metadataV9 } from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { negotiated } from './negotiated.ts';
import { partialAnswer } from './partial-answer.ts';

/** Metadata (3), versions 9 to 12. */
const codecs = [metadataV9.api, metadataV10.api, metadataV11.api, metadataV12.api] as const;

export interface MetadataRequest {
  /** Topic names; empty: the brokers only. */
  readonly topics: readonly string[];
  /** Whether the broker may create a topic that is missing (its own setting must allow it, too). */
  readonly autoCreate: boolean;
}

export interface MetadataAnswer {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly clusterId?: string | null | undefined;
  readonly controllerId: number;
  /** With error codes per topic and partition: they do not make the call fail. */
  readonly topics: readonly MetadataTopic[];
}

export interface MetadataTopic {
  readonly errorCode: number;
  readonly name?: string | null | undefined;
  readonly topicId: string;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly leaderId: number;
    readonly leaderEpoch: number;
  }[];
}

export async function metadata(broker: BrokerConnection, request: MetadataRequest): Promise<MetadataAnswer> {
  const codec = negotiated(broker, codecs);
  return await partialAnswer<MetadataAnswer>(codec.async(broker.connection, [...request.topics], request.autoCreate));
}
