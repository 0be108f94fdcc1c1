const ENDED: readonly string[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT'];

/**
 * Whether the newest run of a workflow is over, by the name of its status. One that an operator has
 * paused is not, nor one of a status that is not known yet.
 */
export function hasEnded({ name }: { readonly name: string }): boolean {
  return ENDED.includes(name);
}
