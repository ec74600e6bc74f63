// The last batches, and where each has spent its time.
import { html } from '../vendor/htm-preact.js';
import { count, duration, full, rate } from '../format.js';
import { Card, Choice, Empty, Mark, StageLink, Table, Tile, Time, Waiting, useFetch, useLive } from '../widgets.js';

const HEIGHT = 180;
const COLUMN = 7;
const SLOW_MILLIS = 100;

export function Batches() {
  const { live, route, query } = useLive();
  const min = Number(route.query.min ?? 0);
  const { data, stale, error } = useFetch(`/batches${min > 0 ? `?min=${min}` : ''}`, 1000);
  const answer = data ?? stale;
  if (!answer) return html`<${Waiting} error=${error} what="Batches" />`;
  const all = answer.batches;
  const p = live.pipeline;
  const chosen = all.find((b) => keyOf(b) === route.query.batch) ?? null;
  const slowest = [...all].sort((a, b) => b.phases.run - a.phases.run).slice(0, 12);
  return html`<h1 class="sr">Batches</h1>
    <dl class="tiles">
      <${Tile} label="Batches" value=${rate(p.batch.perSecond)} sub=${`${full(p.batch.count)} in all`} />
      <${Tile} label="Last" value=${duration(p.batch.millis)} sub=${`number ${full(p.batch.number)}`} />
      <${Tile} label="Running" value=${p.batch.running ? duration(p.batch.running.millis) : 'none'} sub=${p.batch.running ? `number ${full(p.batch.running.number)}` : 'it waits for something to do'} tone=${p.batch.running?.millis > 5000 ? 'warning' : ''} />
      <${Tile} label="Half take" value=${duration(quantile(all, 0.5))} sub="or less, of those shown" />
      <${Tile} label="99 in 100 take" value=${duration(quantile(all, 0.99))} sub="or less, of those shown" />
      <${Tile} label="Slow" value=${full(all.filter((b) => b.phases.run >= SLOW_MILLIS).length)} sub=${`took ${SLOW_MILLIS} ms or more`} />
    </dl>
    <${Card} title="Timeline" id="timeline" side=${html`<${Choice} label="At least" value=${min} onChange=${(v) => query({ min: v || null, batch: null })}
        options=${[[0, 'all'], [10, '≥ 10 ms'], [100, '≥ 100 ms'], [1000, '≥ 1 s']]} />`}>
      ${all.length === 0
        ? html`<${Empty}>${min > 0 ? `No batch has taken ${duration(min)} or more.` : 'No batch has run to its end yet.'}<//>`
        : html`<${Timeline} batches=${all} chosen=${chosen} onChoose=${(b) => query({ batch: b && keyOf(b) })} />`}
      <${Detail} batch=${chosen} />
    <//>
    <${Card} title="Slowest of them" id="slowest">
      <${Table} label="Slowest batches" rows=${slowest} keyOf=${keyOf} sort="-run" empty="No batch is known yet." mark=${(b) => (b === chosen ? 'marked' : '')} columns=${[
        { key: 'number', name: 'Batch', by: (b) => b.number, cell: (b) => html`<button type="button" class="link" onClick=${() => query({ batch: keyOf(b) })}>${full(b.number)}</button>` },
        { key: 'at', name: 'Over at', by: (b) => b.at, cell: (b) => html`<${Time} at=${b.at} millis />` },
        { key: 'run', name: 'Ran', align: 'number', by: (b) => b.phases.run, cell: (b) => duration(b.phases.run) },
        { key: 'freeze', name: 'Froze', title: 'To hand a commit over', align: 'number', by: (b) => b.phases.freeze, cell: (b) => (b.commit ? duration(b.phases.freeze) : '') },
        { key: 'wait', name: 'Waited before', align: 'number', by: (b) => b.phases.wait, cell: (b) => duration(b.phases.wait) },
        { key: 'records', name: 'Records', align: 'number', by: (b) => b.records, cell: (b) => count(b.records) },
        { key: 'stage', name: 'Busiest stage', cell: (b) => html`<${Slowest} batch=${b} />` },
      ]} />
    <//>`;
}

const keyOf = (batch) => `${batch.number}.${Date.parse(batch.at)}`;

function Slowest({ batch }) {
  const { live } = useLive();
  return batch.slowestStage == null ? '–' : html`<${StageLink} id=${batch.slowestStage} name=${live.stages.get(batch.slowestStage)?.name ?? ''} />`;
}

function quantile(batches, share) {
  if (batches.length === 0) return null;
  const sorted = batches.map((b) => b.phases.run).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** A number that is nice to read, not below another one. */
function nice(value) {
  const scale = 10 ** Math.floor(Math.log10(value || 1));
  return [1, 2, 5, 10].map((n) => n * scale).find((n) => n >= value) ?? value;
}

/** A column for each batch, the latest at the right. What is far above the others is cut off, and says so. */
function Timeline({ batches, chosen, onChoose }) {
  const busy = (b) => b.phases.run + b.phases.freeze;
  const sorted = batches.map(busy).sort((a, b) => a - b);
  const longest = sorted[sorted.length - 1];
  const usual = sorted[Math.floor(sorted.length * 0.95)] * 3;
  const top = nice(Math.max(Math.min(longest, usual), 0.1));
  const y = (millis) => Math.min(1, millis / top) * HEIGHT;
  const width = batches.length * COLUMN;
  const at = chosen ? batches.indexOf(chosen) : batches.length - 1;
  const move = (e) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: batches.length - 1 }[e.key];
    if (to == null) return;
    e.preventDefault();
    onChoose(batches[Math.max(0, Math.min(batches.length - 1, to))]);
  };
  const pick = (e) => {
    const at = Math.floor((e.clientX - e.currentTarget.getBoundingClientRect().left) / COLUMN);
    if (batches[at]) onChoose(batches[at]);
  };
  return html`<div class="timeline">
    <div class="ticks" style=${{ height: `${HEIGHT}px` }} aria-hidden="true"><span>${duration(top)}</span><span>${duration(top / 2)}</span><span>0</span></div>
    <div class="columns" tabindex="0" role="slider" onKeyDown=${move}
      aria-valuemin="1" aria-valuemax=${batches.length} aria-valuenow=${at + 1}
      aria-valuetext=${chosen ? `batch ${full(chosen.number)}, ${duration(chosen.phases.run)}` : 'none chosen'}
      aria-label=${`The last ${batches.length} batches; the arrow keys choose one. Most take ${duration(sorted[Math.floor(sorted.length / 2)])}, the longest ${duration(longest)}.`}>
      <svg width=${width} height=${HEIGHT + 14} onClick=${pick} aria-hidden="true">
        <line class="grid" x1="0" x2=${width} y1="0.5" y2="0.5" /><line class="grid" x1="0" x2=${width} y1=${HEIGHT / 2} y2=${HEIGHT / 2} />
        ${batches.map((b, i) => {
          const run = y(b.phases.run);
          const freeze = y(b.phases.run + b.phases.freeze) - run;
          return html`<g key=${keyOf(b)} transform=${`translate(${i * COLUMN},0)`} class=${b === chosen ? 'chosen' : ''}>
            ${b === chosen && html`<rect class="choice" x="-1" y="0" width=${COLUMN + 1} height=${HEIGHT + 14} />`}
            <rect class=${b.phases.run >= SLOW_MILLIS ? 'run slow' : 'run'} x="1" width=${COLUMN - 2} y=${HEIGHT - run} height=${Math.max(run, 0.5)} />
            ${freeze > 0.2 && html`<rect class="freeze" x="1" width=${COLUMN - 2} y=${HEIGHT - run - freeze} height=${freeze} />`}
            ${busy(b) > top && html`<path class="cut" d=${`M0 6 L${COLUMN / 2} 0 L${COLUMN} 6 Z`} />`}
            ${b.commit && html`<circle class="commit" cx=${COLUMN / 2} cy=${HEIGHT + 8} r="2" />`}
          </g>`;
        })}
      </svg>
    </div>
    <p class="legend"><span><i class="run"></i>runs</span><span><i class="run slow"></i>runs ${SLOW_MILLIS} ms or more</span><span><i class="freeze"></i>hands a commit over</span><span><i class="dot"></i>commit</span>
      ${longest > top && html`<span><i class="cut"></i>longer than ${duration(top)}</span>`}</p>
    <p class="quiet">From <${Time} at=${batches[0].at} /> to <${Time} at=${batches[batches.length - 1].at} />: all that took ${SLOW_MILLIS} ms or more, of the others one in ${SLOW_MILLIS} ms.</p>
  </div>`;
}

function Detail({ batch: b }) {
  const { live } = useLive();
  if (!b) return html`<p class="quiet" role="status">Choose a batch to see more of it.</p>`;
  const all = b.phases.wait + b.phases.run + b.phases.freeze || 1;
  const part = (name, value) => html`<span class=${name} style=${{ width: `${(value / all) * 100}%` }} title=${`${name} ${duration(value)}`}></span>`;
  return html`<div class="detail" role="status">
    <h3>Batch ${full(b.number)}, over at <${Time} at=${b.at} millis /></h3>
    <div class="phases" aria-hidden="true">${part('wait', b.phases.wait)}${part('run', b.phases.run)}${part('freeze', b.phases.freeze)}</div>
    <p>Waited ${duration(b.phases.wait)}, ran ${duration(b.phases.run)}${b.commit ? `, took ${duration(b.phases.freeze)} to hand its commit over` : ''}.
      Sources gave ${full(b.records)} ${b.records === 1 ? 'record' : 'records'}. Watermark behind it: <${Mark} mark=${b.watermark} />.
      ${b.slowestStage != null && html` Busiest: <${StageLink} id=${b.slowestStage} name=${live.stages.get(b.slowestStage)?.name ?? ''} />.`}</p>
  </div>`;
}
