import type { Command } from 'commander';
import type { OrderOptions } from '../client/order-node.ts';
import { pick } from './pick.ts';

/** The options by which an order to a node is signed. */
export interface OrderFlags {
  readonly reason: string;
  readonly by?: string;
}

/** Adds the options of {@link OrderFlags}. */
export function addOrderOptions(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why, for those who read it later')
    .option('--by <who>', 'who orders it (default: you, at this host)');
}

/** The order's signature. */
export function orderOf(flags: OrderFlags): OrderOptions {
  return pick(flags, 'reason', 'by');
}
