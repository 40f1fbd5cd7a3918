const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LINE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,(?!\})|(?=\})))*\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

/**
 * The samples of a file in the text format of Prometheus, `name{label="value"}` to the number. Stricter than Prometheus:
 * every metric has its HELP and then its TYPE, and all its samples after them; no sample twice, no blank line, a line feed at the
 * end. Throws for anything else.
 */
export function parseMetrics(text: string): Readonly<Record<string, number>> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const blocks = text
    .slice(0, -1)
    .split(/\n(?=# HELP )/)
    .map(parseBlock);
  const names = blocks.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw new Error(`a metric is described twice: ${names.join(', ')}`);
  return Object.fromEntries(blocks.flatMap(({ samples }) => samples));
}

function parseBlock(block: string) {
  const [help = '', type = '', ...lines] = block.split('\n');
  const [, name = ''] = /^# HELP (\S+) .+$/.exec(help) ?? [];
  if (!NAME.test(name) || type !== `# TYPE ${name} gauge`) throw new Error(`no HELP and TYPE: ${help}, ${type}`);
  const samples = lines.map((line) => parseSample(line, name));
  const keys = samples.map(([key]) => key);
  if (keys.length === 0 || new Set(keys).size !== keys.length) throw new Error(`none or two of a kind: ${block}`);
  return { name, samples };
}

function parseSample(line: string, name: string): readonly [string, number] {
  const [, metric = '', labels = '', value = ''] = LINE.exec(line) ?? [];
  if (metric !== name) throw new Error(`no sample of ${name}: ${line}`);
  return [`${metric}${labels}`, Number(value)];
}
