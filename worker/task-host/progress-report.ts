import type { SourceTask } from '../../connectors/source-connector.ts';
import type { TaskProgress } from './messages.ts';
import type { PipelineMeterFigures } from './pipeline-meter.ts';
import type { ErrorFigures } from './record-errors.ts';

/** What a report takes of a pipeline. */
interface Measured {
  readonly figures: { readonly errors: ErrorFigures };
  readonly meter: PipelineMeterFigures;
  readonly queuedBytes: number;
  readonly pendingBytes: number;
  readonly capacityBytes: number;
}

/** One task's figures of this moment, ready to be sent. */
export function progressReport(pipeline: Measured, source: SourceTask | undefined): TaskProgress {
  const { acknowledged, commits, ...meter } = pipeline.meter;
  return {
    ...meter,
    records: acknowledged,
    transactions: commits,
    // Offsets and records are committed together, so an acknowledgement is a commit.
    lastCommitMs: meter.lastAckMs,
    queuedBytes: pipeline.queuedBytes,
    pendingBytes: pipeline.pendingBytes,
    capacityBytes: pipeline.capacityBytes,
    errors: pipeline.figures.errors,
    source: source?.progress?.() ?? null,
  };
}
