import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/common';
import type { PayloadEncryption } from '../codec/payload-encryption.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { Alerts } from './alerts.ts';

/** How long a process is held for one that lacks a key after the last payload that it could not read. */
const UNREADABLE_MS = 30_000;

/** The encryption of a process with workers, which raises an alert for payloads that it cannot read. */
export class WorkerPayloads {
  readonly dataConverter: DataConverter;
  /** Whether it encrypts. */
  readonly isOn: boolean;
  readonly #alerts: Alerts;
  #onChange = (): void => undefined;
  #why: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ codec, dataConverter, isOn }: PayloadEncryption, alerts: Alerts) {
    this.isOn = isOn;
    this.#alerts = alerts;
    this.dataConverter = { ...dataConverter, payloadCodecs: [this.#watched(codec)] };
  }

  /** Why the last payloads could not be read; undefined when they could, or when that was long ago. */
  whyUnreadable(): string | undefined {
    return this.#why;
  }

  /** Calls this one listener whenever {@link whyUnreadable} changes. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Of an error of ours, a worker would tell a workflow no more than the class. */
  #watched(codec: PayloadCodec): PayloadCodec {
    return {
      encode: (payloads) => codec.encode(payloads),
      decode: async (payloads): Promise<Payload[]> => {
        try {
          return await codec.decode(payloads);
        } catch (error) {
          if (!(error instanceof HoldfastError)) throw error;
          this.#note(error);
          throw ApplicationFailure.create({ type: error.code, message: error.message });
        }
      },
    };
  }

  #note({ code, message, hint, details }: HoldfastError): void {
    this.#alerts.raiseFor('payload_unreadable', UNREADABLE_MS, {
      code,
      why: message,
      hint,
      ...details,
    });
    this.#set(message);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#set(undefined), UNREADABLE_MS).unref();
  }

  #set(why: string | undefined): void {
    if (this.#why === why) return;
    this.#why = why;
    this.#onChange();
  }
}
