// The frame of all pages: where we are, what the pipeline says, and what may be asked of it.
import { html, render, useEffect, useMemo, useState } from './vendor/htm-preact.js';
import { Watch, hasEnded } from './api.js';
import { duration, words } from './format.js';
import { Actions, Login, Token } from './actions.js';
import { Badge, Empty, Live, Prose, SEVERITY, STATE_TONE, Time, useLive } from './widgets.js';

const PAGES = [
  ['overview', 'Overview', () => import('./pages/overview.js').then((m) => m.Overview)],
  ['graph', 'Graph', () => import('./pages/graph.js').then((m) => m.GraphPage)],
  ['stages', 'Stages', () => import('./pages/stages.js').then((m) => m.Stages)],
  ['batches', 'Batches', () => import('./pages/batches.js').then((m) => m.Batches)],
  ['watermarks', 'Watermarks', () => import('./pages/watermarks.js').then((m) => m.Watermarks)],
  ['checkpoints', 'Checkpoints', () => import('./pages/checkpoints.js').then((m) => m.Checkpoints)],
  ['metrics', 'Metrics', () => import('./pages/metrics.js').then((m) => m.Metrics)],
  ['events', 'Events', () => import('./pages/events.js').then((m) => m.Events)],
  ['process', 'Process', () => import('./pages/process.js').then((m) => m.Process)],
];
const STAGE = ['stage', 'Stage', () => import('./pages/stage.js').then((m) => m.Stage)];

/** `#/stages/4?partition=1` as {page: 'stages', rest: ['4'], query: {partition: '1'}}. */
function parse(hash) {
  const [path, search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page, ...rest] = path.split('/').filter(Boolean).map(decoded);
  return {
    page: PAGES.some(([id]) => id === page) ? page : page ? 'unknown' : 'overview',
    rest,
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function build(page, query) {
  const search = new URLSearchParams(Object.entries(query).filter(([, v]) => v != null && v !== '' && v !== false)).toString();
  return `#/${page}${search ? `?${search}` : ''}`;
}

function App({ watch, first }) {
  const [live, setLive] = useState(first);
  const [route, setRoute] = useState(parse(location.hash));
  const [dialog, setDialog] = useState(null);

  useEffect(() => {
    watch.onChange = setLive;
    setLive(watch.state);
    const change = () => setRoute(parse(location.hash));
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);

  useEffect(() => {
    watch.follow(route.query.pipeline ?? null);
  }, [route.query.pipeline]);

  const context = useMemo(() => {
    const href = (page, query = {}) => build(page, { pipeline: route.query.pipeline, ...query });
    return {
      live, route, watch, href,
      /** Another page. */
      go: (page, query) => { location.hash = href(page, query); },
      /** The same page in another way; no step for the Back button. */
      query: (change) => {
        history.replaceState(null, '', build([route.page, ...route.rest].join('/'), { ...route.query, ...change }));
        setRoute(parse(location.hash));
      },
      askToken: () => setDialog('token'),
    };
  }, [live, route]);

  useKeys(context, dialog);

  useEffect(() => {
    const page = pageOf(route);
    const name = live.pipeline?.name ?? 'Micro-batch runner';
    document.title = `${!page ? 'Not found' : page === STAGE ? `Stage ${route.rest[0]}` : page[1]} · ${name}${live.pipeline ? ` · ${words(live.pipeline.state)}` : ''}`;
  }, [route.page, route.rest[0], live.pipeline?.name, live.pipeline?.state]);

  const locked = live.session?.tokenNeeded === 'EVERYTHING' && !live.session.authenticated;
  return html`<${Live.Provider} value=${context}>
    <a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); document.getElementById('main').focus(); }}>Skip to the page</a>
    <${Header} onAsk=${setDialog} />
    ${!locked && html`<${Nav} />`}
    <${News} />
    <main id="main" tabindex="-1" class=${live.connection === 'away' ? 'old' : ''}>${locked ? html`<${Login} />` : html`<${Page} />`}</main>
    ${dialog === 'token' && html`<${Token} onClose=${() => setDialog(null)} />`}
    ${dialog && dialog !== 'token' && html`<${Actions} operation=${dialog} onClose=${() => setDialog(null)} />`}
  <//>`;
}

/** The page for a route; null if there is none. */
const pageOf = (route) =>
  route.page === 'stages' && route.rest.length > 0 ? STAGE : PAGES.find(([id]) => id === route.page) ?? null;

/** Pages that have been loaded: each is when it is looked at first. */
const loaded = new Map();

function usePage(page) {
  const { live } = useLive();
  const [, setRound] = useState(0);
  const [problem, setProblem] = useState(false);
  useEffect(() => {
    if (!page || loaded.has(page[0])) return;
    page[2]().then(
      (component) => {
        loaded.set(page[0], component);
        setProblem(false);
        setRound((n) => n + 1);
      },
      () => setProblem(true),
    );
  }, [page, live.connection]);
  return { Shown: page && loaded.get(page[0]), problem };
}

function Page() {
  const { live, route } = useLive();
  const page = pageOf(route);
  const { Shown, problem } = usePage(page);
  if (!page) return html`<${Empty}>There is no page of this name. The numbers 1 to 9 lead to those that there are.<//>`;
  if (!live.pipeline) return html`<${NoPipeline} />`;
  if (problem && !Shown) return html`<${Empty}>This page cannot be loaded: the server does not answer.<//>`;
  if (!Shown) return html`<p class="empty" aria-busy="true">Loading …</p>`;
  return page === STAGE
    ? html`<${Shown} key=${`${live.pid} ${route.rest[0]}`} id=${Number(route.rest[0])} />`
    : html`<${Shown} key=${live.pid} />`;
}

function NoPipeline() {
  const { live, route } = useLive();
  if (live.connection === 'none') {
    return live.pipelines.length > 0
      ? html`<${Empty}>There is no pipeline ${route.query.pipeline} in this process. Choose another one above.<//>`
      : html`<${Empty}>No pipeline has been started in this process yet. This page shows the first one as soon as it starts.<//>`;
  }
  if (live.connection === 'away') {
    return html`<${Empty}>Nothing is known yet: the server does not answer. This page goes on trying.<//>`;
  }
  return html`<p class="empty" aria-busy="true">Asking the server …</p>`;
}

function useKeys({ go, route }, dialog) {
  useEffect(() => {
    const press = (e) => {
      if (dialog || e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.('input, select, textarea, dialog')) return;
      const page = /^[1-9]$/.test(e.key) ? PAGES[Number(e.key) - 1] : null;
      if (page) {
        go(page[0]);
      } else if (e.key === '/') {
        const find = document.querySelector('input[type=search]');
        if (!find) return;
        find.focus();
      } else {
        return;
      }
      e.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [go, route, dialog]);
}

const OPERATIONS = [
  ['drain', 'Drain', 'End it in an orderly way'],
  ['checkpoint', 'Checkpoint', 'Commit now'],
  ['stop', 'Stop', 'Commit and end, to resume later'],
  ['cancel', 'Cancel', 'Give it up'],
];

function Header({ onAsk }) {
  const { live, route, href } = useLive();
  const { pipeline } = live;
  const over = pipeline && hasEnded(pipeline.state);
  const [tone, sign] = SEVERITY[pipeline?.verdict.severity] ?? SEVERITY.INFO;
  const bare = { ...route.query, pipeline: undefined };
  return html`<header>
    <div class="identity">
      <img src="icon.svg" alt="" width="22" height="22" />
      ${live.pipelines.length > 1
        ? html`<select aria-label="Pipeline" value=${live.pid ?? ''} onChange=${(e) => { location.hash = build(route.page, { ...bare, pipeline: e.target.value }); }}>
            ${live.pid == null && html`<option value="">Choose a pipeline</option>`}
            ${live.pipelines.map((p) => html`<option key=${p.id} value=${p.id}>${p.name} (${p.id}, ${words(p.state)})</option>`)}
          </select>`
        : html`<strong class="pipeline">${pipeline?.name ?? 'Micro-batch runner'}</strong>`}
      ${pipeline && html`<${Badge} tone=${STATE_TONE[pipeline.state]} title=${`For ${duration(pipeline.uptimeMillis)}`}><span class="sr">State: </span>${words(pipeline.state)}<//>`}
    </div>
    ${pipeline && html`<a class="verdict-line ${tone}" href=${href('watermarks')} title=${pipeline.verdict.text}>
      <span class="sign" aria-hidden="true">${sign}</span><span class="text"><${Prose} text=${pipeline.verdict.text} /></span></a>`}
    ${pipeline && html`<div class="operations" role="group" aria-label="Ask of the pipeline">
      ${OPERATIONS.map(([id, name, title]) => html`<button type="button" key=${id} id=${`ask-${id}`} class=${id === 'cancel' ? 'danger' : ''}
        title=${title} disabled=${over || live.connection === 'away'} onClick=${() => onAsk(id)}>${name}</button>`)}
    </div>`}
  </header>`;
}

function Nav() {
  const { route, href } = useLive();
  useEffect(() => {
    // On a narrow screen not all of the names are seen.
    document.querySelector('nav [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [route.page]);
  return html`<nav aria-label="Pages"><ul>${PAGES.map(([id, name], i) => html`<li key=${id}>
    <a href=${href(id)} aria-current=${route.page === id ? 'page' : undefined} aria-keyshortcuts=${String(i + 1)}>
      ${name}<kbd aria-hidden="true">${i + 1}</kbd></a></li>`)}</ul></nav>`;
}

const ENDINGS = {
  DONE: 'It is done: all of its input was worked off.',
  STOPPED: 'It was stopped behind a commit, and can resume from there.',
  CANCELLED: 'It was cancelled: what was not committed is lost.',
  FAILED: 'It has failed. The events say what was thrown.',
};

/** What somebody has to know of what is shown: that it is old, or that nothing more will come. */
function News() {
  const { live } = useLive();
  const { connection, pipeline } = live;
  let text = '';
  let tone = 'warning';
  if (connection === 'away') {
    text = html`The server does not answer${live.problem ? ` as it should (${live.problem})` : ''}, since <${Time} at=${live.since} />. This page tries
      again every two seconds${live.at ? html`; what it shows is of <${Time} at=${live.at} />` : ''}.`;
  } else if (connection === 'ended' && pipeline) {
    tone = STATE_TONE[pipeline.state];
    text = html`Ended <${Time} at=${pipeline.endedAt} /> after ${duration(pipeline.uptimeMillis)}: <b>${words(pipeline.state)}</b>. ${ENDINGS[pipeline.state]}
      ${' '}This page shows how it stood at its end.`;
  } else if (connection === 'polling') {
    tone = 'info';
    text = 'Eight pages or programs follow this server already: this page asks every two seconds instead.';
  }
  return html`<div class="news ${text ? tone : 'none'}" role="status">${text && html`<p>${text}</p>`}</div>`;
}

const watch = new Watch(() => {});
render(html`<${App} watch=${watch} first=${watch.state} />`, document.getElementById('app'));
