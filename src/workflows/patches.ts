/**
 * Changes of landed workflows, by which old histories are still replayed the old way.
 *
 * `fleet`: after a loss, a refusal or a hand-back an orchestrator chooses the next place.
 */
export const FLEET_PATCH = 'fleet';
