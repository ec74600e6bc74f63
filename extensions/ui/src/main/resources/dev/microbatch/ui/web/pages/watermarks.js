// How far event time has come, and who holds whom.
import { html } from '../vendor/htm-preact.js';
import { bytes, duration, rate, words } from '../format.js';
import { Badge, Card, Empty, Mark, Name, Prose, Share, StageLink, Table, Time, Waiting, holdText, markOrder, useFetch, useLive } from '../widgets.js';
import { Verdict } from './overview.js';

export function Watermarks() {
  const { live } = useLive();
  const why = useFetch('/why');
  const sources = useFetch('/sources');
  return html`<h1 class="sr">Watermarks</h1>
    <${Verdict} chain=${false} />
    <${Card} title="Who holds whom" id="chain">${why.data
      ? html`<${Chain} links=${why.data.chain} />`
      : html`<${Waiting} error=${why.error} what="The chain" />`}<//>
    <${Card} title="Sources and their splits" id="sources" side=${sources.data?.surveyedAt && html`<span class="quiet">looked at <${Time} at=${sources.data.surveyedAt} /></span>`}>
      ${sources.data ? html`<${Sources} sources=${sources.data.sources} surveyed=${sources.data.surveyedAt} />` : html`<${Waiting} error=${sources.error} what="Sources" />`}<//>
    <${Card} title="Stages, the latest first" id="marks"><${Marks} stages=${[...live.stages.values()]} /><//>`;
}

/** From the earliest watermark, against the flow, to what keeps it there. */
function Chain({ links }) {
  if (links.length === 0) {
    return html`<${Empty}>Nothing holds a watermark: each is where its input is, or at the end of time.<//>`;
  }
  return html`<p class="quiet">The stage at the top has the earliest watermark. Each gets it from the one below; the last one is the cause.</p>
    <ol class="chain">${links.map((link, i) => {
    const cause = i === links.length - 1;
    return html`<li key=${`${link.stage}.${link.partition}.${i}`} class=${cause ? 'cause' : ''}>
      <div class="who"><${StageLink} id=${link.stage} name=${link.step} /> <span class="quiet">partition ${link.partition}</span>
        ${cause && html`<${Badge} tone="warning">${link.hold ? words(link.hold) : 'cause'}<//>`}</div>
      <div class="at">at <${Mark} mark=${link.watermark} /></div>
      <p><${Prose} text=${link.text} /></p>
    </li>`;
  })}</ol>`;
}

function Sources({ sources, surveyed }) {
  if (sources.length === 0) return html`<${Empty}>This plan has no source.<//>`;
  const splits = sources.flatMap((source) => source.splits.map((split) => ({ ...split, source })));
  const longest = Math.max(...splits.map((s) => s.idleMillis), 1);
  return html`<${Table} label="Sources" rows=${sources} keyOf=${(s) => s.stage} sort="mark" param="source" empty="" columns=${[
    { key: 'step', name: 'Source', cell: (s) => html`<${StageLink} id=${s.stage} name=${s.step} />` },
    { key: 'kind', name: 'Kind', cell: (s) => s.kind },
    { key: 'state', name: 'State', cell: (s) => (s.done ? 'read to its end' : s.hasMore ? 'has more' : 'nothing to read now') },
    { key: 'rate', name: 'Read', align: 'number', by: (s) => s.perSecond, cell: (s) => rate(s.perSecond) },
    { key: 'mark', name: 'Watermark', up: true, by: (s) => markOrder(s.watermark), cell: (s) => html`<${Mark} mark=${s.watermark} />` },
    { key: 'splits', name: 'Splits', align: 'number', cell: (s) => (s.splits.length > 0 ? s.splits.length : '–') },
  ]} />
  <h3>Splits of unbounded sources</h3>
  <${Table} label="Splits" rows=${splits} keyOf=${(s) => `${s.source.stage}.${s.split}`} sort="mark" param="split"
    empty=${sources.some((s) => s.kind === 'UnboundedRead') && !surveyed ? 'Splits have not been looked at yet: that is done about once a second while batches run.' : 'No source is unbounded and open: there are no splits.'} columns=${[
    { key: 'split', name: 'Split', up: true, by: (s) => s.split, cell: (s) => html`<span class="id">${s.split}</span> <${Name} text=${s.description} />` },
    { key: 'source', name: 'Source', cell: (s) => html`<${Name} text=${s.source.step} />` },
    { key: 'mark', name: 'Watermark', up: true, by: (s) => markOrder(s.watermark), cell: (s) => html`<${Mark} mark=${s.watermark} />` },
    { key: 'idle', name: 'Silent for', by: (s) => s.idleMillis, cell: (s) => html`<${Share} value=${s.idleMillis} of=${longest} tone=${s.idleMillis > 10_000 ? 'warm' : ''} text=${duration(s.idleMillis)} />` },
    { key: 'more', name: 'Has more', cell: (s) => (s.hasMore ? 'yes' : 'no') },
    { key: 'backlog', name: 'Unread', title: 'As far as the reader knows', align: 'number', by: (s) => s.backlogBytes, cell: (s) => bytes(s.backlogBytes) },
    { key: 'partition', name: 'Partition', align: 'number', by: (s) => s.partition, cell: (s) => s.partition },
  ]} />`;
}

function Marks({ stages }) {
  const most = Math.max(...stages.map((s) => s.lagMillis ?? 0), 1);
  return html`<${Table} label="Watermarks of stages" rows=${stages} keyOf=${(s) => s.id} sort="mark" empty="The stages have not been opened yet." columns=${[
    { key: 'stage', name: 'Stage', up: true, by: (s) => s.id, cell: (s) => html`<${StageLink} id=${s.id} name=${s.name} />` },
    { key: 'mark', name: 'Watermark', up: true, by: (s) => markOrder(s.watermark), cell: (s) => html`<${Mark} mark=${s.watermark} />` },
    { key: 'lag', name: 'Late', title: 'Behind the clock', by: (s) => s.lagMillis, cell: (s) => (s.watermark.end ? html`<span class="quiet">at the end</span>` : html`<${Share} value=${Math.max(0, s.lagMillis ?? 0)} of=${most} text=${duration(s.lagMillis)} />`) },
    { key: 'input', name: 'Has come in', up: true, by: (s) => markOrder(s.inputWatermark), cell: (s) => html`<${Mark} mark=${s.inputWatermark} />` },
    { key: 'adds', name: 'Adds itself', align: 'number', by: (s) => s.localLagMillis, cell: (s) => duration(s.localLagMillis) },
    { key: 'hold', name: 'Why', cell: (s) => (s.hold ? html`${holdText(s.hold.kind)}${s.hold.at.at ? html`, at <${Mark} mark=${s.hold.at} />` : ''}` : s.localLagMillis > 0 ? '' : html`<span class="quiet">as it came</span>`) },
  ]} />`;
}
