import type { Random } from './random.ts';

/** How far a job has come on its way from a commit to its first attempt. */
const STAGES = ['outbox', 'open', 'dispatched'] as const;

/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

/** How far the ends of the stages move with each kill that hit another stage than was meant. */
const STEP = 0.2;
const LEAST_MS = 2;

/**
 * Delays after which to kill, drawn from a seed, so that each stage is hit. The stages have no fixed
 * length, so it learns from what it hit where they end, and aims at the one that was hit least.
 */
export class KillAim {
  readonly hits: Record<Stage, number> = { outbox: 0, open: 0, dispatched: 0 };
  readonly #random: Random;
  #openAt = 60;
  #dispatchedAt = 300;
  #target: Stage = 'outbox';

  constructor(random: Random) {
    this.#random = random;
  }

  /** The time from the commit to the next kill. */
  nextMs(): number {
    const least = Math.min(...Object.values(this.hits));
    this.#target = this.#random.pick(STAGES.filter((stage) => this.hits[stage] === least));
    const [from, to] = this.#rangeOf(this.#target);
    return from + this.#random.next() * (to - from);
  }

  /** Tells what a kill hit. */
  hit(stage: Stage): void {
    this.hits[stage]++;
    const [meant, came] = [STAGES.indexOf(this.#target), STAGES.indexOf(stage)];
    if (came < meant) this.#move(this.#target, 1 + STEP);
    if (came > meant) this.#move(stage, 1 - STEP);
    // A wide aim at the last stage would hit only jobs that have long ended.
    if (came === meant && stage === 'dispatched') this.#move(stage, 1 - STEP / 5);
  }

  /** Where the aim is, for a report. */
  get ends(): string {
    return `${Math.round(this.#openAt)} and ${Math.round(this.#dispatchedAt)} ms`;
  }

  #rangeOf(stage: Stage): [number, number] {
    switch (stage) {
      case 'outbox':
        return [0, this.#openAt];
      case 'open':
        return [this.#openAt, this.#dispatchedAt];
      case 'dispatched':
        return [this.#dispatchedAt, this.#dispatchedAt * 1.3];
    }
  }

  /** Moves the beginning of a stage. */
  #move(stage: Stage, factor: number): void {
    if (stage === 'dispatched') this.#dispatchedAt *= factor;
    else this.#openAt *= factor;
    this.#openAt = Math.max(LEAST_MS, this.#openAt);
    this.#dispatchedAt = Math.max(this.#openAt + LEAST_MS, this.#dispatchedAt);
  }
}
