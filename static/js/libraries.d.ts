/** Declarations for libraries that have none. */

declare module "highlight" {
  export interface Highlighter {
    getLanguage(name: string): unknown;
    highlight(code: string, options: { language: string; ignoreIllegals?: boolean }): { value: string };
  }
  const highlighter: Highlighter;
  export default highlighter;
}
