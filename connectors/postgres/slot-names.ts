import type { SlotNames } from '../source-connector.ts';
import { offsetSource } from './position/stored-offset.ts';
import { replicationSettings } from './settings/replication.ts';

const { name: SLOT_NAME, defaultText: DEFAULT_SLOT } = replicationSettings.slotName;

/** Which replication slots connectors of this kind hold; apart from the connector, which is large. */
export const postgresSlots: SlotNames = {
  // A slot has nothing but its name, so that the offset is the mark that says whose it is.
  heldBy: (offset) => {
    const { slot, system } = offsetSource(offset);
    return slot === null ? undefined : { slot, system };
  },
  namedBy: (config) => config[SLOT_NAME]?.trim() ?? DEFAULT_SLOT ?? undefined,
};
