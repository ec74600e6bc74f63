// One stage: its partitions, its steps, and what comes in and goes out.
import { html } from '../vendor/htm-preact.js';
import { Chart, useSeries } from '../chart.js';
import { bytes, count, duration, full, percent, rate, words } from '../format.js';
import { Badge, Card, Empty, Mark, Name, Share, StageLink, Table, Tile, Time, To, Waiting, holdText, useFetch, useLive } from '../widgets.js';
import { FIGURES } from './stages.js';
import { MetricValue } from './metrics.js';

const KINDS = {
  FORWARD: 'within a partition', BY_KEY: 'by key', REBALANCE: 'in turns', BROADCAST: 'to all partitions',
};

export function Stage({ id }) {
  const { live, route } = useLive();
  const { data, error } = useFetch(Number.isInteger(id) ? `/stages/${id}` : null);
  const series = useSeries('inPerSecond,outPerSecond,busy,starved,blocked,lagMillis,keys', { stage: id });
  if (!Number.isInteger(id)) return html`<${Empty}>A stage has a number.<//>`;
  if (!data) return html`<${Waiting} error=${error} what=${`Stage ${id}`} />`;
  const planned = live.plan?.stages[id];
  const f = data.figures;
  return html`<h1 class="page"><span class="id">Stage ${id}</span> <${Name} text=${f.name} /> ${planned && html`<${Badge}>${words(planned.kind)}<//>`}</h1>
    <p class="crumbs"><${To} page="stages">All stages<//> · <${To} page="graph" query=${{ view: 'stages', node: String(id) }}>In the graph<//></p>
    <dl class="tiles">
      <${Tile} label="In" value=${rate(f.inPerSecond)} sub=${`${count(f.recordsIn)} in all`} title=${`${full(f.recordsIn)} records`} />
      <${Tile} label="Out" value=${rate(f.outPerSecond)} sub=${`${count(f.recordsOut)} in all`} title=${`${full(f.recordsOut)} records`} />
      <${Tile} label="Busy" value=${percent(f.busy)} sub=${`starved ${percent(f.starved)}, blocked ${percent(f.blocked)}`} />
      <${Tile} label="Watermark" value=${f.watermark.end ? 'at the end' : f.lagMillis == null ? 'at the start' : `${duration(f.lagMillis)} late`} sub=${html`<${Mark} mark=${f.watermark} />`} />
      <${Tile} label="Adds" value=${duration(f.localLagMillis)} sub=${f.hold ? holdText(f.hold.kind) : 'holds nothing'} title="By how much its watermark is behind that of its inputs" />
      <${Tile} label="Keeps" value=${`${count(f.keys)} keys`} sub=${`${count(f.timers)} timers${f.stateBytes == null ? '' : `, ${bytes(f.stateBytes)}`}`} />
    </dl>
    <${Card} title="Over time" id="over-time"><div class="charts half">
      <${Chart} title="Records per second" series=${series} text=${rate} lines=${[{ name: 'inPerSecond', label: 'in', color: '--line-1' }, { name: 'outPerSecond', label: 'out', color: '--line-3', fill: false }]} />
      <${Chart} title="Time of its threads" series=${series} text=${percent} ceiling=${1} lines=${[
        { name: 'busy', label: 'busy', color: '--line-2' }, { name: 'starved', label: 'starved', color: '--line-1', fill: false }, { name: 'blocked', label: 'blocked', color: '--line-4', fill: false }]} />
      <${Chart} title="Watermark lag" series=${series} text=${duration} lines=${[{ name: 'lagMillis', color: '--line-2' }]} />
      <${Chart} title="Keys" series=${series} text=${count} lines=${[{ name: 'keys', color: '--line-4' }]} />
    </div><//>
    <${Partitions} data=${data} chosen=${route.query.p} />
    <${Steps} steps=${data.steps} />
    <div class="two">
      <${Exchanges} title="Comes from" id="in" list=${data.inputs} none="It is a source: it reads, nothing comes from other stages." />
      <${Exchanges} title="Goes to" id="out" list=${data.outputs} none="Nothing leaves it: its results go nowhere but outside." />
    </div>`;
}

function Partitions({ data, chosen }) {
  const fullest = Math.max(...data.partitions.map((p) => p.inPerSecond), 0);
  const columns = [
    { key: 'partition', name: 'Partition', up: true, by: (p) => p.partition, cell: (p) => p.partition },
    { key: 'in', name: 'In', by: (p) => p.inPerSecond, cell: (p) => html`<${Share} value=${p.inPerSecond} of=${fullest || 1} text=${rate(p.inPerSecond)} />` },
    { key: 'all', name: 'In all', align: 'number', by: (p) => p.recordsIn, cell: (p) => html`<span title=${full(p.recordsIn)}>${count(p.recordsIn)}</span>` },
    ...FIGURES.filter((c) => !['in', 'out'].includes(c.key)),
    { key: 'mark', name: 'Watermark', by: (p) => p.lagMillis, cell: (p) => html`<${Mark} mark=${p.watermark} />` },
    { key: 'next', name: 'Next', title: 'What it does by itself next: at which watermark, or when', cell: (p) => html`${p.nextEventTime ? html`at watermark <${Mark} mark=${p.nextEventTime} />` : ''}${p.nextWakeUp ? html` at <${Time} at=${p.nextWakeUp} />` : ''}` },
  ];
  return html`<${Card} title="Partitions" id="partitions">
    <${Table} label="Partitions" columns=${columns} rows=${data.partitions} sort="partition" keyOf=${(p) => p.partition}
      mark=${(p) => (String(p.partition) === chosen ? 'marked' : '')} empty="The stage has not been opened yet." />
  <//>`;
}

function Steps({ steps }) {
  return html`<${Card} title=${`Steps (${steps.length})`} id="steps">
    <ol class="steps">${steps.map((step) => html`<li key=${step.name}>
      <div><${To} page="graph" query=${{ node: step.name }}><${Name} text=${step.name} /><//> <span class="kind">${step.kind}${step.timed ? ', keeps something' : ''}</span></div>
      ${step.metrics.length > 0 && html`<ul class="metrics">${step.metrics.map((m) => html`<li key=${m.namespace + m.name}>
        <span title=${m.namespace}>${m.name}</span> <b><${MetricValue} metric=${m} value=${m.attempted} /></b></li>`)}</ul>`}
    </li>`)}</ol>
  <//>`;
}

function Exchanges({ title, id, list, none }) {
  const columns = [
    { key: 'stage', name: 'Stage', cell: (e) => html`<${StageOf} id=${e.stage} />` },
    { key: 'how', name: 'How', cell: (e) => html`${KINDS[e.kind] ?? words(e.kind)}${e.sideInput ? ', as a side input' : ''}` },
    { key: 'rate', name: 'Records', align: 'number', cell: (e) => html`<span title=${`${full(e.records)} in all`}>${rate(e.perSecond)}</span>` },
    { key: 'name', name: 'PCollection', cell: (e) => html`<${Name} text=${e.name} />` },
  ];
  return html`<${Card} title=${title} id=${id}><${Table} label=${title} columns=${columns} rows=${list} keyOf=${(e) => e.id} param="-" empty=${none} /><//>`;
}

function StageOf({ id }) {
  const { live } = useLive();
  return html`<${StageLink} id=${id} name=${live.stages.get(id)?.name ?? live.plan?.stages[id]?.name ?? ''} />`;
}
