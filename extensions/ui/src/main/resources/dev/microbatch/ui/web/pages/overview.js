// What it waits for, how fast it is, and where to look.
import { html } from '../vendor/htm-preact.js';
import { Chart, useSeries } from '../chart.js';
import { bytes, count, duration, full, percent, rate, words } from '../format.js';
import { Card, Choice, Empty, Mark, Prose, SEVERITY, Share, StageLink, Tile, Time, To, hasEnded, useLive } from '../widgets.js';

const NAMES = 'recordsPerSecond,lagMillis,batchMillis,batchMillisMax,commitMillis,heapUsedBytes,cpu';

export function Overview() {
  const { live, route, query } = useLive();
  const step = route.query.range === 'hour' ? 10000 : 1000;
  const series = useSeries(NAMES, { step });
  const { pipeline } = live;
  return html`<h1 class="sr">Overview</h1>
    <${Verdict} />
    <${Tiles} pipeline=${pipeline} />
    <${Card} title="Over time" id="over-time" side=${html`<${Choice} label="Range" value=${step === 10000 ? 'hour' : 'minutes'}
        options=${[['minutes', '5 minutes'], ['hour', '1 hour']]} onChange=${(v) => query({ range: v === 'hour' ? v : null })} />`}>
      <div class="charts">
        <${Chart} title="Records read per second" series=${series} text=${rate} lines=${[{ name: 'recordsPerSecond', color: '--line-1' }]} />
        <${Chart} title="Watermark lag" series=${series} text=${duration} lines=${[{ name: 'lagMillis', color: '--line-2' }]} />
        <${Chart} title="Batch duration" series=${series} text=${duration} lines=${[
          { name: 'batchMillis', label: 'mean', color: '--line-1' }, { name: 'batchMillisMax', label: 'longest', color: '--line-3', fill: false }]} />
        ${pipeline.checkpoints && html`<${Chart} title="Time to write a commit" series=${series} text=${duration} lines=${[{ name: 'commitMillis', color: '--line-4' }]} />`}
        <${Chart} title="Heap" series=${series} text=${bytes} lines=${[{ name: 'heapUsedBytes', color: '--line-4' }]} />
        <${Chart} title="CPU of all cores" series=${series} text=${percent} ceiling=${1} lines=${[{ name: 'cpu', color: '--line-1' }]} />
      </div>
    <//>
    <${Worst} />`;
}

const TITLES = {
  STARTING: 'It starts', RETRYING: 'A batch fails, and is run again', USER_CODE: 'A step does not return', OUTAGE: 'The store of checkpoints does not answer',
  OVERLOADED: 'It falls behind', SKEWED: 'It falls behind, because of one partition', READING: 'It reads as fast as it can',
  SILENT_SPLIT: 'It waits for a source that is silent', EVENT_TIMER: 'It waits for a timer of event time', PROCESSING_TIMER: 'It waits for the clock',
  WINDOW: 'It waits for a window to close', SIDE_INPUT: 'It waits for a side input', STABLE_INPUT: 'It waits for a commit',
  RESIDUAL: 'It waits for a splittable DoFn to resume', DRAINING: 'It is being drained', IDLE: 'It has nothing to do', STANDS_STILL: 'It stands still',
};

export function Verdict({ chain = true }) {
  const { live } = useLive();
  const { verdict, state } = live.pipeline;
  const [tone, sign] = SEVERITY[verdict.severity] ?? SEVERITY.INFO;
  const since = verdict.since ? Date.parse(verdict.since) : null;
  const now = Date.parse(live.at);
  return html`<section class="verdict ${tone}" aria-labelledby="verdict">
    <span class="sign" aria-hidden="true">${sign}</span>
    <div>
      <h2 id="verdict">${hasEnded(state) ? 'How it ended' : TITLES[verdict.kind] ?? words(verdict.kind)}</h2>
      <p class="sentence"><${Prose} text=${verdict.text} /></p>
      ${verdict.advice && !hasEnded(state) && html`<p><b>What to do</b> <${Prose} text=${verdict.advice} /></p>`}
      <p class="links">
        ${since != null && html`<span>Since <${Time} at=${since} />${now - since >= 1000 ? `, for ${duration(now - since)}` : ''}</span>`}
        ${chain && html`<${To} page="watermarks">Who holds whom<//>`}
        ${verdict.stage != null && html`<${To} page=${`stages/${verdict.stage}`}>Stage ${verdict.stage}<//>`}
        ${verdict.step != null && html`<${To} page="graph" query=${{ node: verdict.step }}>In the graph<//>`}
        ${(verdict.kind === 'USER_CODE') && html`<${To} page="process">Stacks now<//>`}
        ${(verdict.kind === 'RETRYING' || state === 'FAILED') && html`<${To} page="events">Events<//>`}
      </p>
    </div>
  </section>`;
}

function Tiles({ pipeline: p }) {
  const running = p.batch.running;
  return html`<dl class="tiles">
    <${Tile} label="Read" value=${rate(p.records.perSecond)} sub=${`${count(p.records.read)} in all`} title=${`${full(p.records.read)} records in this process`} />
    <${Tile} label="Batch" value=${duration(p.batch.millis)} sub=${running && running.millis > 1000
      ? html`<b>runs for ${duration(running.millis)}</b>`
      : `${rate(p.batch.perSecond)}, ${count(p.batch.count)} in all`} title="How long the last one took" />
    <${Tile} label="Watermark" value=${p.watermark.end ? 'at the end' : p.lagMillis == null ? 'at the start' : p.lagMillis < 0 ? html`${duration(-p.lagMillis)} ahead` : html`${duration(p.lagMillis)} late`}
      sub=${p.watermark.at ? html`at <${Mark} mark=${p.watermark} />` : p.watermark.end ? 'nothing will follow' : 'nothing is known yet'} title="The earliest of all stages, and by how much it is behind the clock" />
    <${Tile} label="Commit" value=${p.commit ? html`${duration(p.commit.ageMillis)} ago` : 'none yet'}
      sub=${p.commit ? (p.checkpoints ? `${bytes(p.commit.bytes)} in ${duration(p.commit.millis)}` : 'in memory: no checkpoints') : p.checkpoints ? 'the first one is on its way' : 'keeps no checkpoints'}
      title=${p.commit ? `Commit ${p.commit.number}, ${full(p.commits)} in all` : ''} />
    <${Tile} label="Heap" value=${bytes(p.jvm.heapUsedBytes)} sub=${`of ${bytes(p.jvm.heapMaxBytes)}, ${percent(p.jvm.heapUsedBytes / p.jvm.heapMaxBytes)}`}
      tone=${p.jvm.heapUsedBytes > 0.9 * p.jvm.heapMaxBytes ? 'warning' : ''} />
    <${Tile} label="Failures" value=${full(p.retries)} sub=${`${full(p.restores)} ${p.restores === 1 ? 'restore' : 'restores'}`} tone=${p.retries > 0 ? 'warning' : ''}
      title="Batches that failed and were run again; how often it resumed from a commit" />
  </dl>`;
}

const LISTS = [
  ['Busiest', 'works most of the time in batches', (s) => s.busy, (v) => v >= 0.01, percent, 1, 'No stage has had work in the last seconds.'],
  ['Adds most lag', 'keeps its watermark behind what has come in', (s) => s.localLagMillis, (v) => v >= 1, duration, null, 'No stage holds its watermark back.'],
  ['Waits for room', 'is blocked by those behind it', (s) => s.blocked, (v) => v >= 0.01, percent, 1, 'No stage waits for room behind it.'],
  ['Most uneven', 'records of its fullest partition over the mean', (s) => s.skew, (v) => v >= 1.2, (v) => `${v.toFixed(1)}×`, null, 'Partitions have about as much to do.'],
  ['Largest state', 'bytes, as of the last commits', (s) => s.stateBytes, (v) => v > 0, bytes, null, 'No state is known: it is counted when it is written to a checkpoint.'],
  ['Most keys', 'for which something is kept', (s) => s.keys, (v) => v > 0, count, null, 'No stage keeps anything by key.'],
  ['Drops most', 'records that came too late', (s) => s.dropped, (v) => v > 0, count, null, 'No record has come too late.'],
];

/** The worst of each kind, so that nobody has to click through stages. */
function Worst() {
  const { live } = useLive();
  const stages = [...live.stages.values()];
  return html`<${Card} title="Worst first" id="worst" side=${html`<${To} page="stages">All ${stages.length} stages<//>`}>
    <div class="worst">${LISTS.map(([title, what, by, counts, text, whole, none]) => {
      const worst = stages.filter((s) => by(s) != null && counts(by(s))).sort((a, b) => by(b) - by(a)).slice(0, 3);
      const most = whole ?? (worst.length > 0 ? by(worst[0]) : 1);
      return html`<div key=${title}><h3 title=${what}>${title}</h3>${worst.length === 0
        ? html`<${Empty}>${none}<//>`
        : html`<ol>${worst.map((s) => html`<li key=${s.id}><${StageLink} id=${s.id} name=${s.name} /><${Share} value=${by(s)} of=${most} text=${text(by(s))} /></li>`)}</ol>`}</div>`;
    })}</div>
  <//>`;
}

