// The transforms of the user, and how records go through them.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../vendor/htm-preact.js';
import { bytes, count, duration, heat, percent, rate } from '../format.js';
import { MOST_NODES, above, figures, marks, openAll, openFirst, stageView, transformView, tree } from '../graph-model.js';
import { Card, Choice, Empty, Name, StageLink, Waiting, useLive } from '../widgets.js';

const WIDTH = 200;
const HEIGHT = 66;

const COLORS = [
  ['busy', 'busy', 'Share of the time in batches that a stage works'],
  ['lag', 'lag', 'By how much a stage adds to the lag of the watermark'],
  ['records', 'records', 'Records that come in, per second'],
  ['state', 'state', 'Bytes of state, as of the last commits'],
];

const logShare = (value, low, high) => (value > low ? Math.log(value / low) / Math.log(high / low) : 0);

/** How hot a node is, and what it says, by what is coloured. */
const SHADES = {
  busy: (f) => [heat(f.busy), `${percent(f.busy)} busy`],
  lag: (f) => [heat(logShare(f.localLagMillis, 100, 600_000)), f.ended ? 'at the end' : f.lagMillis == null ? 'not known' : `${duration(f.lagMillis)} late`],
  records: (f, most) => [heat(f.inPerSecond / (most.inPerSecond || 1)), `${rate(f.inPerSecond)} in`],
  state: (f, most) => [heat((f.stateBytes ?? 0) / (most.stateBytes || 1)), f.stateBytes == null ? `${count(f.keys)} keys` : bytes(f.stateBytes)],
};

const LEGENDS = {
  busy: ['idle', 'all the time'],
  lag: ['adds nothing', 'adds 10 minutes or more'],
  records: ['none', 'most'],
  state: ['none', 'most'],
};

/** Lays out in a worker; keeps what was there until the next one is ready. */
function useLayout(view, direction) {
  const [laid, setLaid] = useState(null);
  const worker = useRef();
  const round = useRef(0);
  useEffect(() => {
    worker.current = new Worker('layout-worker.js', { type: 'module' });
    return () => worker.current.terminate();
  }, []);
  useEffect(() => {
    if (!view) return;
    const id = ++round.current;
    const started = performance.now();
    worker.current.onmessage = ({ data }) => {
      if (data.id === round.current) setLaid({ ...data, view, millis: performance.now() - started });
    };
    worker.current.onerror = (e) => {
      console.error('The graph cannot be laid out', e.message);
      if (id === round.current) setLaid({ failed: true });
    };
    worker.current.postMessage({
      id, direction,
      nodes: view.nodes.map((n) => ({ id: n.id, parent: n.parent, width: WIDTH, height: HEIGHT })),
      edges: view.edges,
      clusters: view.clusters,
    });
  }, [view, direction]);
  return { laid, busy: view != null && laid?.view !== view && !laid?.failed };
}

export function GraphPage() {
  const { live, route, query } = useLive();
  const { plan } = live;
  const mode = route.query.view === 'stages' ? 'stages' : 'transforms';
  const color = SHADES[route.query.color] ? route.query.color : 'busy';
  const all = useMemo(() => (plan ? tree(plan) : null), [plan]);
  const opened = route.query.open;
  const chosen = route.query.node ?? null;
  const open = useMemo(() => {
    if (!all) return null;
    const set = opened == null ? openFirst(all) : new Set(opened === '' || opened === '-' ? [] : JSON.parse(opened));
    return set;
  }, [all, opened]);
  const narrow = useNarrow();
  const view = useMemo(() => (all && (mode === 'stages' ? stageView(plan) : transformView(all, open))), [all, mode, open]);
  const { laid, busy } = useLayout(view, narrow ? 'TB' : 'LR');

  // A link may name a step that is inside something closed: show what it is in.
  const place = useMemo(() => {
    if (!all || chosen == null) return null;
    if (mode === 'stages') return chosen;
    const around = above(all, chosen);
    return [...around, chosen].find((id) => !open.has(id) || all.sizes.get(id) === 1) ?? chosen;
  }, [all, chosen, open, mode]);

  if (!plan) return html`<${Waiting} what="The plan" />`;
  const setOpen = (ids, more = {}) => query({ open: ids.length === 0 ? '-' : JSON.stringify(ids), ...more });
  const toggle = (id) => {
    if (open.has(id)) {
      const inside = (o) => o === id || above(all, o).includes(id);
      setOpen([...open].filter((o) => !inside(o)), { node: id });
    } else {
      setOpen([...open, id], { node: all.nodes.get(id).children[0] });
    }
  };
  const find = route.query.find ?? '';
  return html`<h1 class="sr">Graph</h1>
    <div class="toolbar">
      <${Choice} label="Nodes" value=${mode} options=${[['transforms', 'transforms', 'As the pipeline was written'], ['stages', 'stages', 'What runs as one']]}
        onChange=${(v) => query({ view: v === 'stages' ? v : null, node: null })} />
      <${Choice} label="Colour by" value=${color} options=${COLORS} onChange=${(v) => query({ color: v === 'busy' ? null : v })} />
      ${mode === 'transforms' && html`<div class="choice" role="group" aria-label="Composites">
        <button type="button" onClick=${() => setOpen([...openAll(all)])}>open all</button>
        <button type="button" onClick=${() => setOpen([])}>fold all</button></div>`}
      <${Find} view=${view} find=${find} all=${mode === 'transforms' ? all : null} />
    </div>
    ${mode === 'transforms' && all.roots.length > MOST_NODES && html`<p class="quiet">${count(all.roots.length)} transforms stand at the top: names with slashes would fold.</p>`}
    <div class="graph-page ${view.nodes.some((n) => n.id === place) ? 'chosen' : ''}">
      <${Drawing} laid=${laid} busy=${busy} color=${color} place=${place} find=${find} onToggle=${toggle} mode=${mode} />
      <${Side} all=${all} mode=${mode} node=${place} view=${view} onToggle=${toggle} />
    </div>`;
}

function useNarrow() {
  const media = useMemo(() => matchMedia('(max-width: 700px)'), []);
  const [narrow, setNarrow] = useState(media.matches);
  useEffect(() => {
    const change = () => setNarrow(media.matches);
    media.addEventListener('change', change);
    return () => media.removeEventListener('change', change);
  }, []);
  return narrow;
}

/** A box for a part of a name; Enter goes to the next one that has it, and opens what it is in. */
function Find({ view, find, all }) {
  const { route, query } = useLive();
  const wanted = find.toLowerCase();
  const hits = !wanted ? [] : (all ? [...all.nodes.values()].filter((n) => n.children.length === 0) : view.nodes)
    .filter((n) => (all ? n.id : `${n.name} ${n.path}`).toLowerCase().includes(wanted)).map((n) => n.id);
  const next = (e) => {
    e.preventDefault();
    if (hits.length === 0) return;
    const hit = hits[(hits.indexOf(route.query.node) + 1) % hits.length];
    if (!all) {
      query({ node: hit });
      return;
    }
    const opened = route.query.open;
    const open = new Set(opened == null ? openFirst(all) : opened === '-' ? [] : JSON.parse(opened));
    for (const id of above(all, hit)) open.add(id);
    query({ node: hit, open: JSON.stringify([...open]) });
  };
  return html`<form class="find" onSubmit=${next}><label>Find <input type="search" placeholder="a step, Enter goes there" value=${find} onInput=${(e) => query({ find: e.target.value || null })} /></label>
    <span role="status" class="quiet">${wanted ? `${hits.length} ${hits.length === 1 ? 'step' : 'steps'}` : ''}</span></form>`;
}

function Drawing({ laid, busy, color, place, find, onToggle, mode }) {
  const { live, query } = useLive();
  const [zoom, setZoom] = useState(null);
  const port = useRef();
  const drag = useRef(null);
  const shown = laid && !laid.failed ? laid : null;

  const fitted = () => {
    if (!shown || !port.current) return 1;
    const { clientWidth, clientHeight } = port.current;
    return Math.min(1, Math.max(0.12, Math.min(clientWidth / shown.width, clientHeight / shown.height)));
  };
  // At first as much as can be read: the whole graph, if its names are still legible.
  useLayoutEffect(() => {
    if (shown && zoom == null) {
      setZoom(Math.max(0.75, fitted()));
      performance.mark('graph'); // for whoever measures how long the first one takes
    }
  }, [shown]);
  const scale = zoom ?? 1;

  // What is chosen is seen.
  useEffect(() => {
    const box = shown?.nodes.find((n) => n.id === place);
    const view = port.current;
    if (!box || !view) return;
    const x = (box.x + box.width / 2) * scale;
    const y = (box.y + box.height / 2) * scale;
    if (x < view.scrollLeft + 40 || x > view.scrollLeft + view.clientWidth - 40 || y < view.scrollTop + 30 || y > view.scrollTop + view.clientHeight - 30) {
      view.scrollTo({ left: x - view.clientWidth / 2, top: y - view.clientHeight / 2 });
    }
  }, [place, shown, scale]);

  const byId = useMemo(() => new Map(shown?.nodes.map((n) => [n.id, n])), [shown]);
  const views = useMemo(() => new Map(shown?.view.nodes.map((n) => [n.id, n])), [shown]);
  const marked = marks(live.pipeline, live.stages);
  const most = figures([...live.stages.keys()], live.stages) ?? {};
  const wanted = find.toLowerCase();
  const mates = new Set(views.get(place)?.stages ?? []);

  const key = (e, id) => {
    const node = views.get(id);
    if (node.composite && (e.key === '+' || e.key === 'Enter' && place === id)) {
      onToggle(id);
    } else if (e.key === '-' && node.parent != null) {
      onToggle(node.parent);
    } else if (e.key.startsWith('Arrow')) {
      const to = neighbour(shown, id, e.key);
      if (to) {
        query({ node: to });
        requestAnimationFrame(() => port.current?.querySelector(`[data-id="${CSS.escape(to)}"]`)?.focus({ preventScroll: true }));
      }
    } else {
      return;
    }
    e.preventDefault();
    e.stopPropagation();
  };
  const down = (e) => {
    if (e.button !== 0 || e.target.closest('button')) return;
    drag.current = { x: e.clientX + port.current.scrollLeft, y: e.clientY + port.current.scrollTop };
    if (e.pointerType === 'mouse') port.current.setPointerCapture(e.pointerId);
  };
  const move = (e) => {
    if (!drag.current || e.pointerType !== 'mouse') return;
    port.current.scrollLeft = drag.current.x - e.clientX;
    port.current.scrollTop = drag.current.y - e.clientY;
  };
  const stop = () => { drag.current = null; };
  const wheel = (e) => {
    if (!e.ctrlKey) return;
    e.preventDefault();
    setZoom(Math.min(2, Math.max(0.12, scale * (e.deltaY > 0 ? 0.9 : 1.1))));
  };

  const first = place != null && byId.has(place) ? place : shown?.nodes[0]?.id;
  return html`<${Card} title=${mode === 'stages' ? 'Stages' : 'Transforms'} id="graph" className="graph-card" side=${html`<div class="choice" role="group" aria-label="Zoom">
      <button type="button" aria-label="Smaller" onClick=${() => setZoom(Math.max(0.12, scale * 0.8))}>−</button>
      <button type="button" onClick=${() => setZoom(fitted())}>all</button>
      <button type="button" onClick=${() => setZoom(1)}>1:1</button>
      <button type="button" aria-label="Larger" onClick=${() => setZoom(Math.min(2, scale * 1.25))}>+</button></div>`}>
    <div class="viewport" ref=${port} style=${shown ? { height: `clamp(240px, ${Math.ceil(shown.height * scale) + 24}px, max(340px, calc(100vh - 310px)))` } : {}} onPointerDown=${down} onPointerMove=${move} onPointerUp=${stop} onPointerCancel=${stop} onWheel=${wheel} aria-busy=${busy}>
      ${busy && html`<p class="laying" role="status">Laying out …</p>`}
      ${laid?.failed && html`<${Empty}>The graph cannot be laid out. The page Stages has the same figures.<//>`}
      ${shown && html`<div class="paper" style=${{ width: `${shown.width * scale}px`, height: `${shown.height * scale}px` }}>
        <div class="canvas ${scale < 0.45 ? 'small' : ''}" data-nodes=${shown.nodes.length} style=${{ width: `${shown.width}px`, height: `${shown.height}px`, transform: `scale(${scale})` }}>
          ${shown.clusters.map((c) => html`<div key=${c.id} class="cluster" style=${spot({ x: c.x, y: c.y - 14, width: c.width, height: c.height + 18 })}>
            <button type="button" class="fold" aria-label=${`Fold ${c.name}`} title="Fold it" onClick=${() => onToggle(c.id)}>− <span>${c.name}</span></button></div>`)}
          <${Edges} shown=${shown} exchanges=${live.exchanges} />
          <ul class="nodes" aria-label=${mode === 'stages' ? 'Stages' : 'Transforms'}>${shown.nodes.map((box) => {
            const node = views.get(box.id);
            const f = figures(node.stages, live.stages);
            const [hot, text] = f ? SHADES[color](f, most) : [0, 'no figures yet'];
            const mark = markOf(marked, node, mode);
            const classes = ['node', `heat-${hot}`, node.composite ? 'composite' : '', box.id === place ? 'chosen' : '', mark ? `mark-${mark.tone}` : '', f?.holds ? 'holds' : '',
              place != null && box.id !== place && node.stages.some((s) => mates.has(s)) ? 'mate' : '',
              wanted && !`${node.path} ${node.name}`.toLowerCase().includes(wanted) ? 'dim' : ''].join(' ');
            const stages = node.stages.length === 1 ? `stage ${node.stages[0]}` : `stages ${node.stages[0]} to ${node.stages[node.stages.length - 1]}`;
            return html`<li key=${box.id} style=${spot(box)} class=${classes}>
              <button type="button" class="face" data-id=${box.id} tabindex=${box.id === first ? 0 : -1} title=${node.path} aria-pressed=${box.id === place}
                aria-label=${`${node.path}, ${text}, ${stages}${mark ? `, ${mark.text}` : ''}${node.composite ? `, ${node.steps} steps inside, Enter opens` : ''}`}
                onClick=${() => query({ node: box.id })} onDblClick=${() => node.composite && onToggle(box.id)} onKeyDown=${(e) => key(e, box.id)}>
                <b>${node.name}</b><span class="value">${text}</span><span class="quiet">${mode === 'stages' ? `${node.steps} ${node.steps === 1 ? 'step' : 'steps'}` : stages}${f && color !== 'records' && f.inPerSecond > 0 ? ` · ${rate(f.inPerSecond)}` : ''}</span>
              </button>
              ${node.composite && html`<button type="button" class="unfold" tabindex="-1" aria-label=${`Open ${node.path}`} title=${`Open it: ${node.steps} steps`} onClick=${() => onToggle(box.id)}>+${node.steps}</button>`}
              ${mark && html`<span class="flag" aria-hidden="true">${mark.text}</span>`}
            </li>`;
          })}</ul>
        </div></div>`}
    </div>
    <p class="legend"><span>${LEGENDS[color][0]}</span>${[0, 1, 2, 3, 4, 5].map((n) => html`<i class="heat-${n}"></i>`)}<span>${LEGENDS[color][1]}</span>
      <span><i class="wide"></i>wider: more records per second</span><span><i class="dashed"></i>side input</span>${mode === 'transforms' && html`<span>figures are those of whole stages</span>`}</p>
    <p class="legend">Choose a node to see more of it. By keyboard: arrows go from node to node, + opens a composite, − folds what a node is in, / finds.</p>
  <//>`;
}

const spot = ({ x, y, width, height }) => ({ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });

/** A mark belongs to the node of its step, or to all of the stage if no step is named. */
function markOf(marked, node, mode) {
  for (const id of node.stages) {
    const mark = marked.get(id);
    if (mark && (mode === 'stages' || mark.step == null || mark.step === node.path || mark.step.startsWith(`${node.path}/`))) return mark;
  }
  return null;
}

function neighbour(shown, id, key) {
  const here = shown.nodes.find((n) => n.id === id);
  const at = (n) => [n.x + n.width / 2, n.y + n.height / 2];
  const [x, y] = at(here);
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
  let best = null;
  let least = Infinity;
  for (const node of shown.nodes) {
    const [nx, ny] = at(node);
    const along = (nx - x) * dx + (ny - y) * dy;
    const across = Math.abs((nx - x) * dy) + Math.abs((ny - y) * dx);
    if (along > 1 && along + 2 * across < least) {
      least = along + 2 * across;
      best = node.id;
    }
  }
  return best;
}

function Edges({ shown, exchanges }) {
  const paths = useMemo(() => shown.edges.map((e) => ({ ...e, d: curve(e.points), middle: e.points[Math.floor(e.points.length / 2)] })), [shown]);
  return html`<svg class="edges" width=${shown.width} height=${shown.height} aria-hidden="true">
    <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" /></marker></defs>
    ${paths.map((e) => {
      const perSecond = e.exchanges.reduce((sum, id) => sum + (exchanges.get(id)?.perSecond ?? 0), 0);
      const width = e.exchanges.length === 0 ? 1.2 : 1.2 + Math.min(6, Math.log10(1 + perSecond));
      const label = e.exchanges.length > 0 && perSecond > 0 && shown.edges.length <= 120;
      return html`<g key=${`${e.from}>${e.to}`} class=${e.side ? 'side' : e.exchanges.length > 0 ? 'across' : 'inside'}>
        <path d=${e.d} stroke-width=${width} marker-end="url(#tip)" />
        ${label && html`<text x=${e.middle.x} y=${e.middle.y - 5}>${rate(perSecond)}</text>`}</g>`;
    })}</svg>`;
}

/** A line through points, round at its bends. */
function curve(points) {
  const [first, ...rest] = points;
  let d = `M${first.x} ${first.y}`;
  for (let i = 0; i < rest.length - 1; i++) {
    const a = rest[i];
    const b = rest[i + 1];
    const end = i === rest.length - 2 ? b : { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    d += ` Q${a.x} ${a.y} ${end.x} ${end.y}`;
  }
  if (rest.length === 1) d += ` L${rest[0].x} ${rest[0].y}`;
  return d;
}

/** What is known of the chosen node. */
function Side({ all, mode, node, view, onToggle }) {
  const { live, query } = useLive();
  const shown = view.nodes.find((n) => n.id === node);
  if (!shown) return null;
  const f = figures(shown.stages, live.stages);
  const around = mode === 'transforms' ? above(all, shown.id) : [];
  const steps = mode === 'stages'
    ? live.plan.stages[Number(shown.id)].steps
    : live.plan.stages.filter((s) => shown.stages.includes(s.id)).flatMap((s) => s.steps).filter((s) => s.name === shown.path || s.name.startsWith(`${shown.path}/`));
  return html`<${Card} title=${shown.name} id="node" className="side" side=${html`<button type="button" class="link" onClick=${() => query({ node: null })}>close</button>`}>
    ${around.length > 0 && html`<p class="quiet"><${Name} text=${around[around.length - 1]} /></p>`}
    ${mode === 'transforms' && html`<p class="buttons">
      ${shown.composite && html`<button type="button" onClick=${() => onToggle(shown.id)}>Open it</button>`}
      ${around.length > 0 && html`<button type="button" onClick=${() => onToggle(around[around.length - 1])}>Fold what it is in</button>`}</p>`}
    ${f && html`<dl class="pairs">
      <div><dt>Busy</dt><dd>${percent(f.busy)}</dd></div><div><dt>Blocked</dt><dd>${percent(f.blocked)}</dd></div>
      <div><dt>In</dt><dd>${rate(f.inPerSecond)}</dd></div><div><dt>Out</dt><dd>${rate(f.outPerSecond)}</dd></div>
      <div><dt>Late</dt><dd>${f.ended ? 'at the end' : duration(f.lagMillis)}</dd></div><div><dt>Adds</dt><dd>${duration(f.localLagMillis)}</dd></div>
      <div><dt>Keys</dt><dd>${count(f.keys)}</dd></div><div><dt>State</dt><dd>${bytes(f.stateBytes)}</dd></div></dl>`}
    <h3>${shown.stages.length === 1 ? 'Stage' : `Stages (${shown.stages.length}); figures are those of the worst`}</h3>
    <ul class="plain-list">${shown.stages.slice(0, 12).map((id) => html`<li key=${id}><${StageLink} id=${id} name=${live.plan.stages[id].name} /></li>`)}</ul>
    <h3>Steps (${steps.length})</h3>
    <ul class="plain-list">${steps.slice(0, 30).map((s) => html`<li key=${s.name}><${Name} text=${s.name} /> <span class="kind">${s.kind}</span></li>`)}${steps.length > 30 && html`<li class="quiet">and ${steps.length - 30} more</li>`}</ul>
  <//>`;
}
