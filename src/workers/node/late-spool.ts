import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KeptResult } from './late-file.ts';
import { formatLateFile, parseLateFile } from './late-file.ts';
import { listSpool, spoolFileName } from './spool-files.ts';

/** Where a {@link LateSpool} is and how much it holds. */
export interface LateSpoolOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly maxCount: number;
}

/** One late result in the spool. */
export interface SpoolEntry {
  readonly bytes: number;
  /** The file that holds it. */
  readonly file?: string;
  /** What it is, when it could not be written. */
  readonly kept?: KeptResult;
}

/** What came of {@link LateSpool.keep}. */
export interface Kept {
  /** How many others were dropped to make room. */
  readonly dropped: number;
  /** Why it is in memory only. */
  readonly error?: unknown;
}

/**
 * The late results of a node that nobody has taken yet, oldest first, one file each: they outlive the
 * process. What cannot be written is held in memory. Over its bounds the oldest ones go.
 */
export class LateSpool {
  readonly #options: LateSpoolOptions;
  /** Two processes of one name may share the folder for a while. */
  readonly #tag = randomBytes(4).toString('hex');
  readonly #entries: SpoolEntry[] = [];
  #bytes = 0;
  #nextNumber = 1;

  constructor(options: LateSpoolOptions) {
    this.#options = options;
  }

  get folder(): string {
    return this.#options.folder;
  }

  get count(): number {
    return this.#entries.length;
  }

  get oldest(): SpoolEntry | undefined {
    return this.#entries[0];
  }

  /**
   * Finds what an earlier process has left; call it once, first of all.
   *
   * @throws Error when the folder is there and cannot be read
   */
  async open(): Promise<void> {
    const { files, lastNumber } = await listSpool(this.folder);
    this.#nextNumber = lastNumber + 1;
    for (const file of files) this.#add(file);
  }

  /** Takes a result in. Never rejects. */
  async keep(kept: KeptResult): Promise<Kept> {
    const text = formatLateFile(kept);
    const bytes = Buffer.byteLength(text);
    const file = join(this.folder, spoolFileName(this.#nextNumber++, this.#tag));
    try {
      await this.#write(file, text);
      this.#add({ bytes, file });
      return { dropped: await this.#makeRoom() };
    } catch (error) {
      this.#add({ bytes, kept });
      return { dropped: await this.#makeRoom(), error };
    }
  }

  /** @throws Error when its file cannot be read or holds no result */
  async read({ file, kept }: SpoolEntry): Promise<KeptResult> {
    return kept ?? parseLateFile(await readFile(file!, 'utf8'));
  }

  /** Forgets one that was delivered. Never rejects. */
  async remove(entry: SpoolEntry): Promise<void> {
    if (!this.#forget(entry) || entry.file === undefined) return;
    // If it stays, it is delivered once more after a restart, which does no harm.
    await rm(entry.file, { force: true }).catch(() => undefined);
  }

  /** Forgets one and moves its file to a folder beside the others. Never rejects. */
  async setAside(entry: SpoolEntry, folder: 'refused' | 'unreadable'): Promise<void> {
    if (!this.#forget(entry) || entry.file === undefined) return;
    const to = join(this.folder, folder);
    await mkdir(to, { recursive: true, mode: 0o700 })
      .then(() => rename(entry.file!, join(to, basename(entry.file!))))
      .catch(() => undefined);
  }

  /** Puts one behind all others. */
  postpone(entry: SpoolEntry): void {
    if (this.#forget(entry)) this.#add(entry);
  }

  /** Leaves no empty folder behind. Never rejects. */
  async close(): Promise<void> {
    await rmdir(this.folder).catch(() => undefined);
  }

  /** Either the whole file is there under its name, also after a loss of power, or none is. */
  async #write(file: string, text: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const draft = `${file}.tmp`;
    try {
      await writeSynced(draft, text);
      await rename(draft, file);
      await syncFolder(this.folder);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async #makeRoom(): Promise<number> {
    const { maxBytes, maxCount } = this.#options;
    const dropped: SpoolEntry[] = [];
    // The newest stays, however large it is.
    while (this.count > 1 && (this.#bytes > maxBytes || this.count > maxCount)) {
      const oldest = this.oldest!;
      this.#forget(oldest);
      dropped.push(oldest);
    }
    for (const { file } of dropped) {
      if (file !== undefined) await rm(file, { force: true }).catch(() => undefined);
    }
    return dropped.length;
  }

  #add(entry: SpoolEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
  }

  #forget(entry: SpoolEntry): boolean {
    const index = this.#entries.indexOf(entry);
    if (index === -1) return false;
    this.#entries.splice(index, 1);
    this.#bytes -= entry.bytes;
    return true;
  }
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot, and need not.
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
