// The process around the pipeline: options, memory, and what its threads do now.
import { html, useState } from '../vendor/htm-preact.js';
import { get, of } from '../api.js';
import { Chart, useSeries } from '../chart.js';
import { bytes, count, duration, full, percent } from '../format.js';
import { Card, Empty, Name, StageLink, Tile, Time, Waiting, useFetch, useLive } from '../widgets.js';

export function Process() {
  const { live } = useLive();
  const series = useSeries('heapUsedBytes,cpu');
  const { data, error } = useFetch('', 0);
  const { pipeline: p, session } = live;
  return html`<h1 class="sr">Process</h1>
    <dl class="tiles">
      <${Tile} label="Runs for" value=${duration(p.uptimeMillis)} sub=${html`since <${Time} at=${p.startedAt} />`} />
      <${Tile} label="Heap" value=${bytes(p.jvm.heapUsedBytes)} sub=${`of ${bytes(p.jvm.heapMaxBytes)}`} tone=${p.jvm.heapUsedBytes > 0.9 * p.jvm.heapMaxBytes ? 'warning' : ''} />
      <${Tile} label="CPU" value=${percent(p.jvm.cpu)} sub="of all cores" />
      <${Tile} label="Garbage collection" value=${duration(p.jvm.gcMillis)} sub="so far" />
      <${Tile} label="Threads" value=${count(p.jvm.threads)} sub=${`${p.parallelism} ${p.parallelism === 1 ? 'partition' : 'partitions'}, ${p.keyGroups} key groups`} />
      <${Tile} label="Version" value=${session?.version ?? '–'} sub="of the runner" />
    </dl>
    <${Card} title="Over time" id="over-time"><div class="charts half">
      <${Chart} title="Heap" series=${series} text=${bytes} lines=${[{ name: 'heapUsedBytes', color: '--line-4' }]} />
      <${Chart} title="CPU of all cores" series=${series} text=${percent} ceiling=${1} lines=${[{ name: 'cpu', color: '--line-1' }]} />
    </div><//>
    <${Threads} />
    <${Card} title="Options" id="options">${data ? html`<${Options} options=${data.options ?? {}} />` : html`<${Waiting} error=${error} what="Options" />`}<//>
    <${Card} title="For programs" id="programs"><ul class="plain-list">
      <li><a href="api/v1/openapi.json">api/v1/openapi.json</a> describes all that these pages ask.</li>
      <li><a href=${`api/v1${of(live.pid, '/snapshot')}`}>api/v1${of(live.pid, '/snapshot')}</a>: all figures of now.</li>
      <li><a href="metrics">metrics</a> for Prometheus, <a href="health">health</a> and <a href="ready">ready</a> for those who watch over processes.</li>
    </ul><//>`;
}

function Options({ options }) {
  const names = Object.keys(options).sort();
  if (names.length === 0) return html`<${Empty}>Nothing was set: all options have their defaults.<//>`;
  return html`<p class="quiet">What was set. Defaults, hidden options and what looks like a secret are left out.</p>
    <dl class="options">${names.map((n) => html`<div key=${n}><dt>--${n}</dt><dd>${options[n]}</dd></div>`)}</dl>`;
}

/** Stacks of the workers, when somebody asks. */
function Threads() {
  const { live, askToken } = useLive();
  const [answer, setAnswer] = useState(null);
  const [problem, setProblem] = useState(null);
  const authenticated = live.session?.authenticated;
  const ask = () => get(of(live.pid, '/threads')).then((a) => { setAnswer({ ...a, at: Date.now() }); setProblem(null); }, (e) => setProblem(e.message));
  return html`<${Card} title="What its threads do now" id="threads" side=${authenticated
      ? html`<button type="button" onClick=${ask} disabled=${live.connection === 'away'}>Look now</button>`
      : html`<button type="button" class="link" onClick=${askToken}>Needs the token</button>`}>
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    ${!answer && html`<${Empty}>${authenticated ? 'A look takes the stack of each worker. It costs little.' : 'Stacks are shown with the token only.'}<//>`}
    ${answer && answer.threads.length === 0 && html`<${Empty}>No batch was running at <${Time} at=${answer.at} />: nothing was to be done.<//>`}
    ${answer && answer.threads.length > 0 && html`<p class="quiet">At <${Time} at=${answer.at} />${answer.running ? `, in batch ${full(answer.running.number)}, which had run for ${duration(answer.running.millis)}` : ''}</p>
      ${answer.threads.map((t) => html`<details open key=${t.partition}><summary>Partition ${t.partition}, in ${t.stage >= 0 ? html`<${StageLink} id=${t.stage} name=${t.step} />` : html`<${Name} text=${t.step} />`}</summary><pre tabindex="0">${t.stack.join('\n')}</pre></details>`)}`}
  <//>`;
}
