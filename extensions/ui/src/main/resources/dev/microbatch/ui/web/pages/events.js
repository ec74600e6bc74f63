// What happens once, or seldom.
import { html } from '../vendor/htm-preact.js';
import { words } from '../format.js';
import { Badge, Card, Choice, Empty, Prose, Time, useLive } from '../widgets.js';

const TONES = { STARTED: 'info', RETRY: 'error', PASSED: 'ok', OUTAGE: 'error', COMMIT_FAILED: 'error', ASKED: 'info', SLOW_BATCH: 'warning', ENDED: 'info' };
const TROUBLE = new Set(['RETRY', 'OUTAGE', 'COMMIT_FAILED', 'SLOW_BATCH']);

export function Events() {
  const { live, route, query, askToken } = useLive();
  const only = route.query.only === 'trouble';
  const shown = live.events.filter((e) => !only || TROUBLE.has(e.kind)).reverse();
  const hidden = !live.session?.authenticated;
  return html`<h1 class="sr">Events</h1>
    <${Card} title=${`Events (${shown.length})`} id="events" side=${html`<${Choice} label="Show" value=${only ? 'trouble' : 'all'} options=${[['all', 'all'], ['trouble', 'trouble only']]}
        onChange=${(v) => query({ only: v === 'trouble' ? v : null })} />`}>
      ${hidden && html`<p class="quiet">Messages of exceptions and stacks are left out, as they may hold data. <button type="button" class="link" onClick=${askToken}>Show them with the token</button></p>`}
      ${shown.length === 0
        ? html`<${Empty}>${only ? 'No batch has failed, no commit, and none has been slow.' : 'Nothing has happened yet.'}<//>`
        : html`<ol class="events">${shown.map((e) => html`<li key=${e.number}>
            <span class="when"><${Time} at=${e.at} millis /></span>
            <${Badge} tone=${TONES[e.kind] ?? 'info'}>${words(e.kind)}<//>
            <div class="what"><p><${Prose} text=${e.text} /></p>
              ${e.stack && html`<details><summary>Stack</summary><pre tabindex="0">${e.stack}</pre></details>`}</div>
          </li>`)}</ol>`}
    <//>`;
}
