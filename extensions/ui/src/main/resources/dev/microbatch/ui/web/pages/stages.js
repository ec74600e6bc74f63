// All stages, in the order that somebody asks for.
import { html } from '../vendor/htm-preact.js';
import { bytes, count, duration, full, percent, rate, words } from '../format.js';
import { Card, Figure, Share, StageLink, Table, holdText, useLive } from '../widgets.js';

const number = 'number';

export const FIGURES = [
  { key: 'in', name: 'In', title: 'Records taken from exchanges or from the source, per second', align: number, by: (s) => s.inPerSecond, cell: (s) => html`<${Figure} value=${s.inPerSecond} text=${rate(s.inPerSecond)} title=${`${full(s.recordsIn)} in all`} />` },
  { key: 'out', name: 'Out', title: 'Records handed over to exchanges, per second', align: number, by: (s) => s.outPerSecond, cell: (s) => html`<${Figure} value=${s.outPerSecond} text=${rate(s.outPerSecond)} title=${`${full(s.recordsOut)} in all`} />` },
  { key: 'busy', name: 'Busy', title: 'Share of the time in batches that it works, over the last seconds', by: (s) => s.busy, cell: (s) => html`<${Share} value=${s.busy} tone="busy" />` },
  { key: 'starved', name: 'Starved', title: 'Share that it waits for the stages before it', align: number, by: (s) => s.starved, cell: (s) => html`<${Figure} value=${s.starved} text=${percent(s.starved)} />` },
  { key: 'blocked', name: 'Blocked', title: 'Share that it waits for room in front of the stages behind it', align: number, by: (s) => s.blocked, cell: (s) => html`<${Figure} value=${s.blocked} text=${percent(s.blocked)} />` },
  { key: 'lag', name: 'Late', title: 'By how much its watermark is behind the clock', align: number, by: (s) => s.lagMillis, cell: (s) => html`<${Figure} value=${!s.watermark.end} text=${s.watermark.end ? 'end' : duration(s.lagMillis)} title=${s.watermark.at ?? ''} />` },
  { key: 'adds', name: 'Adds', title: 'By how much it adds to that: what has come in and not gone out', align: number, by: (s) => s.localLagMillis, cell: (s) => html`<${Figure} value=${s.localLagMillis} text=${duration(s.localLagMillis)} />` },
  { key: 'hold', name: 'Holds for', title: 'Who keeps its watermark back', by: (s) => s.hold?.kind ?? null, cell: (s) => (s.hold ? html`<span title=${holdText(s.hold.kind)}>${words(s.hold.kind)}</span>` : '') },
  { key: 'keys', name: 'Keys', align: number, by: (s) => s.keys, cell: (s) => html`<${Figure} value=${s.keys} text=${count(s.keys)} />` },
  { key: 'timers', name: 'Timers', align: number, by: (s) => s.timers, cell: (s) => html`<${Figure} value=${s.timers} text=${count(s.timers)} />` },
  { key: 'withheld', name: 'Waiting', title: 'Records that wait for a side input or a commit', align: number, by: (s) => s.withheld, cell: (s) => html`<${Figure} value=${s.withheld} text=${count(s.withheld)} />` },
  { key: 'dropped', name: 'Dropped', title: 'Records that came too late, once for each window', align: number, by: (s) => s.dropped, cell: (s) => html`<${Figure} value=${s.dropped} text=${count(s.dropped)} />` },
];

const COLUMNS = [
  { key: 'stage', name: 'Stage', up: true, by: (s) => s.id, cell: (s) => html`<${StageLink} id=${s.id} name=${s.name} />` },
  ...FIGURES.slice(0, 9),
  { key: 'skew', name: 'Uneven', title: 'Records of the partition that took most over the mean of all', align: number, by: (s) => s.skew, cell: (s) => (s.skew == null ? '–' : `${s.skew.toFixed(1)}×`) },
  { key: 'state', name: 'State', title: 'Bytes, as of the last commit that wrote it', align: number, by: (s) => s.stateBytes, cell: (s) => bytes(s.stateBytes) },
  ...FIGURES.slice(9),
];

export function Stages() {
  const { live, route, query } = useLive();
  const find = (route.query.find ?? '').toLowerCase();
  const all = [...live.stages.values()];
  const steps = new Map(live.plan?.stages.map((s) => [s.id, s.steps.map((step) => step.name.toLowerCase())]));
  const shown = find
    ? all.filter((s) => s.name.toLowerCase().includes(find) || steps.get(s.id)?.some((name) => name.includes(find)))
    : all;
  return html`<h1 class="sr">Stages</h1>
    <${Card} title=${`Stages (${find ? `${shown.length} of ` : ''}${all.length})`} id="stages" side=${html`<label class="find">Find
      <input type="search" placeholder="a step" value=${route.query.find ?? ''} onInput=${(e) => query({ find: e.target.value })} /></label>`}>
      <p class="quiet">A stage is what runs as one on a thread: steps without an exchange between them. Rates and shares are those of the last ${Math.round(live.pipeline.recentMillis / 1000)} s.</p>
      <${Table} label="Stages" columns=${COLUMNS} rows=${shown} sort="stage" keyOf=${(s) => s.id}
        mark=${(s) => (s.id === live.pipeline.verdict.stage ? 'marked' : '')}
        empty=${find ? `No stage has a step with “${route.query.find}” in its name.` : 'The stages have not been opened yet.'} />
    <//>`;
}

