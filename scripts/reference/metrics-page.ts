import { ALERTS } from '../../src/workers/alerts.ts';
import { METRICS } from '../../src/workers/metrics.ts';
import { GENERATED, code, paragraphs, table } from './markdown.ts';

/** The page of the lists of metrics and alerts. */
export function metricsPage(): string {
  return paragraphs(
    GENERATED,
    '# Metrics and alerts',
    'Where they are served, and what the logs say: [metrics, health and logs](../metrics.md).',
    '## Metrics',
    ABOUT_METRICS,
    table(['name', 'meaning'], rowsOf(METRICS)),
    '## Alerts',
    ABOUT_ALERTS,
    table(['name', 'meaning'], rowsOf(ALERTS)),
  );
}

function rowsOf(list: Readonly<Record<string, string>>): string[][] {
  return Object.entries(list).map(([name, meaning]) => [code(name), meaning]);
}

const ABOUT_METRICS = `At \`/metrics\`, beside those of the Temporal SDK (\`temporal_*\`). An attempt's \`outcome\` is \`succeeded\`,
\`failed\`, \`lost\`, \`handed_back\`, \`cancelled\`, or \`late\`: its handler returned a result that Temporal did
not take, or that nobody said it took. A late result's is \`delivered\`, \`dropped\` or \`refused\`. The SDK's
\`temporal_activity_succeed_endtoend_latency\` does not count attempts: nodes complete them themselves.`;

const ABOUT_ALERTS = `An alert is a log line \`alert.raised\` at level warn, with the field \`alert\`, and the gauge
\`holdfast_alert{name="…"}\`; \`alert.cleared\` ends it. What to do: [operations](../operations.md).`;
