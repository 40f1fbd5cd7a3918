/** Every format of `-O`. */
export const REPORT_FORMATS = ['text', 'json', 'ndjson', 'markdown', 'html', 'github', 'junit', 'sarif'] as const;

export type ReportFormat = (typeof REPORT_FORMATS)[number];
