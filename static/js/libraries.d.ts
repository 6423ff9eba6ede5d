/** Declarations for libraries that have none. */

declare module "highlight" {
  export interface Highlighter {
    getLanguage(name: string): unknown;
    highlight(code: string, options: { language: string; ignoreIllegals?: boolean }): { value: string };
  }
  const highlighter: Highlighter;
  export default highlighter;
}

declare module "tus" {
  export interface Tus {
    start(): void;
    abort(terminates?: boolean): Promise<void>;
  }
  interface Options {
    uploadUrl: string;
    chunkSize: number;
    retryDelays: number[];
    storeFingerprintForResuming: boolean;
    onShouldRetry(error: unknown): boolean;
    onProgress(sent: number): void;
    onSuccess(): void;
    onError(error: unknown): void;
  }
  export interface Module {
    Upload: new (file: File, options: Options) => Tus;
  }
  const module: Module | undefined;
  export default module;
}

/** Where the library is without a bundler. */
declare var tus: import("tus").Module;
