import envPaths from 'env-paths';

/**
 * The folder for what may be had again: downloaded and built servers. `HOLDFAST_CACHE_DIR`, or the
 * user's cache folder (`~/.cache/holdfast` on Linux).
 */
export function cacheFolder(): string {
  const wanted = process.env['HOLDFAST_CACHE_DIR'];
  return wanted === undefined || wanted === ''
    ? envPaths('holdfast', { suffix: '' }).cache
    : wanted;
}
