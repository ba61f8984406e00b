import type { FaultOf } from './fault.ts';
import { at, wait, type Field } from './field.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** Cuts about so many of a hundred connections. */
export function cutWire(field: Field, wire: TcpProxy, percent: number): void {
  const cut = wire.cut(() => field.random.next() * 100 < percent);
  field.print(`  ${cut} connections cut`);
}

export async function delayWire(field: Field, wire: TcpProxy, fault: { delayMs: number; ms: number }): Promise<void> {
  wire.delayBy(fault.delayMs);
  try {
    await wait(field, fault.ms);
  } finally {
    wire.delayBy(0);
  }
}

export async function holdWire(field: Field, wire: TcpProxy, ms: number): Promise<void> {
  wire.hold();
  try {
    await wait(field, ms);
  } finally {
    wire.release();
  }
}

const REQUEST_CUTS_MS = 5000;

/** The cuts wait for requests of the workers; what was not used up in a few seconds is dropped. */
export async function cutRequests(field: Field, fault: FaultOf<'broker-request-cut'>): Promise<void> {
  const wire = at(field.brokerWires, fault.broker);
  wire.cutNext(...fault.cuts);
  await wait(field, REQUEST_CUTS_MS);
  wire.cutNoMore();
  field.print(`  cut: ${JSON.stringify(wire.takeCuts())}`);
}
