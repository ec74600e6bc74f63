// What the steps of users count.
import { html, useEffect, useRef, useState } from '../vendor/htm-preact.js';
import { count, full, rate, words } from '../format.js';
import { Card, Choice, Name, Table, Time, Waiting, useFetch, useLive } from '../widgets.js';

const MOST = 1000;

/** The value of a metric in words. */
export function MetricValue({ metric, value }) {
  if (value == null) return '–';
  switch (metric.type) {
    case 'COUNTER':
      return html`<span title=${full(value)}>${count(value)}</span>`;
    case 'GAUGE':
      return html`${full(value.value)} <span class="quiet">at <${Time} at=${value.at} /></span>`;
    case 'DISTRIBUTION':
      return value.count === 0 ? '0 values' : html`<span title=${`sum ${full(value.sum)}`}>${count(value.count)} × ${Number(value.mean.toPrecision(4))} <span class="quiet">(${full(value.min)} to ${full(value.max)})</span></span>`;
    case 'STRING_SET':
      return `${full(value.size)} texts`;
    case 'HISTOGRAM':
      return `${full(value.count)} values`;
    default:
      return '–';
  }
}

const total = (metric) => (metric.type === 'COUNTER' ? metric.attempted : metric.type === 'DISTRIBUTION' ? metric.attempted?.count : null);
/** Counts of elements, which each PCollection has without being asked. */
const isRunners = (metric) => metric.name.startsWith('metric:');
const identity = (m) => JSON.stringify([m.step, m.namespace, m.name, m.type]);

/** How fast each metric grows, from what was asked about ten seconds ago and now. */
function useRates(data) {
  const past = useRef([]);
  const [rates, setRates] = useState(new Map());
  useEffect(() => {
    if (!data) return;
    const now = performance.now();
    const values = new Map(data.metrics.map((m) => [identity(m), total(m)]));
    past.current = [...past.current.filter((p) => now - p.at < 11_000), { at: now, values }];
    const first = past.current[0];
    const seconds = (now - first.at) / 1000;
    if (seconds < 1) return;
    setRates(new Map([...values].map(([key, value]) => [key, value == null || first.values.get(key) == null ? null : (value - first.values.get(key)) / seconds])));
  }, [data]);
  return rates;
}

export function Metrics() {
  const { live, route, query } = useLive();
  const { find = '', step = '', of: whose = 'user' } = route.query;
  const { data, stale, error } = useFetch(`/metrics?limit=${MOST}${step ? `&step=${encodeURIComponent(step)}` : ''}`);
  const rates = useRates(data);
  const steps = [...new Set(live.plan?.stages.flatMap((s) => s.steps.map((t) => t.name)))].sort();
  const answer = data ?? stale;
  if (!answer) return html`<${Waiting} error=${error} what="Metrics" />`;
  const wanted = find.toLowerCase();
  const own = answer.metrics.filter((m) => !isRunners(m));
  const all = whose === 'all' ? answer.metrics : own;
  const shown = all.filter((m) => `${m.step}\n${m.namespace}/${m.name}`.toLowerCase().includes(wanted));
  const columns = [
    { key: 'name', name: 'Metric', by: (m) => m.name.toLowerCase(), up: true, cell: (m) => html`<span class="metric" title=${`${m.namespace}/${m.name}`}>${m.name}</span>` },
    { key: 'step', name: 'Step', by: (m) => m.step, up: true, cell: (m) => html`<${Name} text=${m.step} />` },
    { key: 'type', name: 'Type', by: (m) => m.type, up: true, cell: (m) => words(m.type) },
    { key: 'attempted', name: 'Attempted', title: 'What has been counted, also in batches that were run again', align: 'number', by: total, cell: (m) => html`<${MetricValue} metric=${m} value=${m.attempted} />` },
    { key: 'committed', name: 'Committed', title: 'What stands behind the last durable commit: exact across restarts', align: 'number', by: (m) => (typeof m.committed === 'number' ? m.committed : m.committed?.count ?? null), cell: (m) => html`<${MetricValue} metric=${m} value=${m.committed} />` },
    { key: 'rate', name: 'Per second', title: 'Of what has been attempted, over about ten seconds', align: 'number', by: (m) => rates.get(identity(m)) ?? null, cell: (m) => rate(rates.get(identity(m))) },
    { key: 'namespace', name: 'Namespace', by: (m) => m.namespace, up: true, cell: (m) => html`<${Dotted} text=${m.namespace} />` },
  ];
  return html`<h1 class="sr">Metrics</h1>
    <${Card} title=${`Metrics (${wanted ? `${shown.length} of ` : ''}${whose === 'all' ? answer.total : own.length})`} id="metrics" side=${html`<div class="filters">
      <${Choice} label="Whose" value=${whose} options=${[['user', 'of users', 'What DoFns and sources count'], ['all', 'all', 'Also how many elements each PCollection has had']]} onChange=${(v) => query({ of: v === 'all' ? v : null })} />
      <label class="find">Find <input type="search" placeholder="a name" value=${find} onInput=${(e) => query({ find: e.target.value })} /></label>
      <label>Step <select value=${step} onChange=${(e) => query({ step: e.target.value })}><option value="">all</option>${steps.map((s) => html`<option key=${s} value=${s}>${s}</option>`)}</select></label></div>`}>
      ${answer.total > answer.metrics.length && html`<p class="quiet">Of ${full(answer.total)} metrics the first ${full(answer.metrics.length)} are here: choose a step to see the others.</p>`}
      <${Table} label="Metrics" columns=${columns} rows=${shown} sort="name" keyOf=${identity} empty=${wanted
        ? `No metric has “${find}” in its name, its namespace or its step.`
        : step ? 'This step counts nothing of its own.' : 'No step counts anything: metrics come from Metrics.counter(…) and the like in a DoFn.'} />
    <//>`;
}

/** A name with dots, which may break behind each. */
function Dotted({ text }) {
  return html`<span class="name" title=${text}>${text.split('.').map((part, i) => (i === 0 ? part : html`.<wbr />${part}`))}</span>`;
}
