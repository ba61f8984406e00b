import assert from 'node:assert/strict';
import type { ConfigSnapshot, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { TaskSignal } from '../../connectors/task-signal.ts';
import { SignalRequests, type SignalRequestParts } from './signal-requests.ts';
