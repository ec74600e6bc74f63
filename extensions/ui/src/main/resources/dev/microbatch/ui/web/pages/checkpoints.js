// What commits cost, and what was resumed from.
import { html } from '../vendor/htm-preact.js';
import { bytes, count, duration, full } from '../format.js';
import { Badge, Card, Empty, Name, Share, Table, Tile, Time, Waiting, useFetch, useLive } from '../widgets.js';

/** So many commits are listed at first. */
const SOME = 20;

export function Checkpoints() {
  const { live, route, query } = useLive();
  const { all } = route.query;
  const { data, error } = useFetch('/checkpoints', 1000);
  if (!data) return html`<${Waiting} error=${error} what="Checkpoints" />`;
  const { history, inFlight, restores } = data;
  const last = history.findLast((c) => c.outcome === 'DURABLE');
  const largest = history.findLast((c) => c.steps.length > 0);
  const p = live.pipeline;
  return html`<h1 class="sr">Checkpoints</h1>
    ${!data.enabled && html`<section class="verdict info"><span class="sign" aria-hidden="true">i</span><div><h2>Nothing is written</h2>
      <p>This pipeline keeps no checkpoints: its commits only acknowledge what was read, and a restart begins at the beginning. Give it --checkpointDir to resume after a crash.</p></div></section>`}
    <dl class="tiles">
      <${Tile} label="Last commit" value=${p.commit ? `${duration(p.commit.ageMillis)} ago` : 'none yet'} sub=${p.commit ? `number ${full(p.commit.number)}` : ''} tone=${p.commit && p.commit.ageMillis > 5 * Math.max(data.intervalMillis, 2000) && !p.endedAt ? 'warning' : ''} />
      <${Tile} label="Interval" value=${duration(data.intervalMillis)} sub="at least between two" />
      <${Tile} label="Takes" value=${data.enabled ? duration(last?.millis) : '–'} sub=${last ? `holds batches up for ${duration(last.freezeMillis)}` : 'to write it'} />
      <${Tile} label="Size" value=${data.enabled ? bytes(last?.bytes) : '–'} sub=${last?.files != null ? `in ${full(last.files)} files` : 'what has changed'} />
      <${Tile} label="Durable" value=${count(data.durable)} sub="in this process" />
      <${Tile} label="Being written" value=${inFlight ? duration(inFlight.millis) : 'none'} sub=${inFlight ? `commit ${full(inFlight.commit)}, attempt ${inFlight.attempt}` : ''} tone=${inFlight?.attempt > 1 ? 'error' : ''} />
    </dl>
    ${inFlight?.message && html`<p class="problem">Commit ${full(inFlight.commit)} has failed ${inFlight.attempt - 1} times: ${inFlight.message}</p>`}
    ${data.enabled && history.length > 1 && html`<${Card} title=${`The last ${history.length} commits`} id="trend"><div class="two">
      <${Strip} title="Duration" history=${history} by=${(c) => c.millis} text=${duration} />
      <${Strip} title="Size" history=${history} by=${(c) => c.bytes} text=${bytes} /></div><//>`}
    ${data.enabled && html`<${Card} title="What the last commit has written" id="parts" side=${largest && html`<span class="quiet">commit ${full(largest.commit)}</span>`}>${largest
      ? html`<ul class="parts">${largest.steps.slice(0, 20).map((s) => html`<li key=${s.step}><${Name} text=${s.step} /><${Share} value=${s.bytes} of=${largest.steps[0].bytes || 1} text=${bytes(s.bytes)} /></li>`)}</ul>`
      : html`<${Empty}>No commit has written anything yet: nothing is kept, or nothing has changed.<//>`}<//>`}
    <${Card} title="History" id="history"><${Table} label="Commits" rows=${[...history].reverse().slice(0, all ? undefined : SOME)} keyOf=${(c) => `${c.commit}.${c.at}`} mark=${(c) => (c.outcome === 'FAILED' ? 'failed' : '')}
      empty="No commit has become durable yet." columns=${[
      { key: 'commit', name: 'Commit', by: (c) => c.commit, cell: (c) => full(c.commit) },
      { key: 'at', name: 'Durable at', by: (c) => c.at, cell: (c) => html`<${Time} at=${c.at} millis />` },
      { key: 'outcome', name: 'Outcome', cell: (c) => html`<${Badge} tone=${c.outcome === 'DURABLE' ? 'ok' : 'error'}>${c.outcome.toLowerCase()}<//>${c.attempts > 1 ? ` at attempt ${c.attempts}` : ''}` },
      ...(data.enabled ? [
        { key: 'millis', name: 'Took', align: 'number', by: (c) => c.millis, cell: (c) => duration(c.millis) },
        { key: 'bytes', name: 'Size', align: 'number', by: (c) => c.bytes, cell: (c) => bytes(c.bytes) },
        { key: 'files', name: 'Files', align: 'number', by: (c) => c.files, cell: (c) => full(c.files) },
      ] : []),
      { key: 'freeze', name: 'Batches waited', align: 'number', by: (c) => c.freezeMillis, cell: (c) => duration(c.freezeMillis) },
    ]} />
      ${history.length > SOME && html`<p><button type="button" class="link" onClick=${() => query({ all: all ? null : 1 })}>${all ? `Only the last ${SOME}` : `All ${history.length}`}</button></p>`}<//>
    <${Card} title="Restores" id="restores"><${Table} label="Restores" rows=${[...restores].reverse()} keyOf=${(r) => r.at} param="-" empty="It has not resumed from a commit in this process." columns=${[
      { key: 'at', name: 'At', cell: (r) => html`<${Time} at=${r.at} />` },
      { key: 'commit', name: 'From commit', align: 'number', cell: (r) => full(r.commit) },
      { key: 'millis', name: 'Took', align: 'number', cell: (r) => duration(r.millis) },
      { key: 'reason', name: 'Why', cell: (r) => (r.reason === 'START' ? 'the process started' : 'a batch had failed') },
    ]} /><//>`;
}

const STRIP = 64;

/** A thin bar for each commit, the last one at the right. */
function Strip({ title, history, by, text }) {
  const known = history.map(by).filter((v) => v != null);
  const most = Math.max(...known, 0);
  if (known.length === 0) return html`<div><h3>${title}</h3><${Empty}>Nothing was written.<//></div>`;
  return html`<figure class="strip"><figcaption><span>${title}</span><b>${text(by(history[history.length - 1]))}</b></figcaption>
    <svg viewBox=${`0 0 ${history.length * 4} ${STRIP}`} preserveAspectRatio="none" role="img" aria-label=${`${title}: from ${text(Math.min(...known))} to ${text(most)}`}>
      ${history.map((c, i) => {
        const height = ((by(c) ?? 0) / (most || 1)) * STRIP;
        return html`<rect key=${c.commit} class=${c.outcome === 'FAILED' ? 'bad' : ''} x=${i * 4 + 0.5} width="3" y=${STRIP - height} height=${height}><title>${`commit ${c.commit}: ${text(by(c))}`}</title></rect>`;
      })}
    </svg><p class="quiet">up to ${text(most)}</p></figure>`;
}
