import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';

/** Every alert there is, and what it means. */
export const ALERTS = {
  ledger_unavailable: 'calls to the ledger fail; jobs wait for it',
  job_pending: 'a job has waited for a node for longer than its alarm allows',
  pool_paused: 'a pool lost most of its nodes at once; its failover pauses',
  outbox_lag: 'a job has waited in the outbox for too long: no relay can start it',
  sweep_recovered: 'one sweep repaired more than it may without an alert',
  schedule_lag: 'a schedule is behind by more than two of its times: its ticks do not get through',
  payload_unreadable:
    'a payload is encrypted by a key that this process lacks; what it holds waits',
  thread_stuck: 'a handler blocks its thread for good; the node stops',
} as const;

/** The name of an alert. */
export type AlertName = keyof typeof ALERTS;

/** Raises and clears alerts: each a warning in the log and the gauge `holdfast_alert{name}`. */
export class Alerts {
  readonly #raised = new Set<AlertName>();
  readonly #timers = new Map<AlertName, NodeJS.Timeout>();
  readonly #log: Logger;
  readonly #metrics: Pick<Metrics, 'alert'>;

  constructor(log: Logger, metrics: Pick<Metrics, 'alert'>) {
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Raises an alert; while it is raised, raising it again has no effect. */
  raise(name: AlertName, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.#raised.has(name)) return;
    this.#raised.add(name);
    this.#metrics.alert(name, true);
    this.#log.warn({ ...fields, alert: name, meaning: ALERTS[name] }, 'alert.raised');
  }

  /** Raises an alert that is cleared by itself when it is not raised again within `forMs`. */
  raiseFor(name: AlertName, forMs: number, fields: Readonly<Record<string, unknown>> = {}): void {
    this.raise(name, fields);
    clearTimeout(this.#timers.get(name));
    this.#timers.set(name, setTimeout(() => this.clear(name), forMs).unref());
  }

  /** Clears an alert that is raised. */
  clear(name: AlertName): void {
    if (!this.#raised.delete(name)) return;
    this.#metrics.alert(name, false);
    this.#log.info({ alert: name }, 'alert.cleared');
  }
}
