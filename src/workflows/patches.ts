/**
 * Changes of landed workflows, by which old histories are still replayed the old way.
 *
 * `fleet`: after a loss, a refusal or a hand-back an orchestrator chooses the next place.
 *
 * `quick_tick`: a tick begins and ends with local activities, and one with nothing due ends at once.
 */
export const FLEET_PATCH = 'fleet';
export const QUICK_TICK_PATCH = 'quick_tick';
