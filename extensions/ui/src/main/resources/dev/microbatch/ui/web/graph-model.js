// What is to be drawn of a plan: its transforms, some of them open, or its stages. No drawing here.

/** So many nodes are shown at most without being asked for one by one. */
export const MOST_NODES = 150;

/** A step that is also above others is a leaf of its own in what it is above. */
const SELF = '\u0000';

/** The tree of transforms, and the edges between its leaves. A transform with a single step needs not be opened. */
export function tree(plan) {
  const nodes = new Map();
  const roots = [];
  for (const t of plan.transforms) {
    nodes.set(t.path, { id: t.path, name: t.name, parent: t.parent, stages: t.stages, children: [], step: t.step });
  }
  for (const node of [...nodes.values()]) {
    (node.parent == null ? roots : nodes.get(node.parent).children).push(node.id);
  }
  for (const node of [...nodes.values()]) {
    if (node.step && node.children.length > 0) {
      const self = { ...node, id: node.id + SELF, parent: node.id, children: [] };
      nodes.set(self.id, self);
      node.children.unshift(self.id);
    }
  }
  const leaf = (step) => (nodes.has(step.transform + SELF) ? step.transform + SELF : step.transform);
  const edges = [];
  for (const stage of plan.stages) {
    const { steps } = stage;
    for (const step of steps) {
      for (const to of step.toSteps) edges.push({ from: leaf(step), to: leaf(steps[to]), exchange: null });
      for (const id of step.toExchanges) {
        const exchange = plan.exchanges[id];
        const head = leaf(plan.stages[exchange.to].steps[0]);
        edges.push({ from: leaf(step), to: head, exchange: id, side: exchange.sideInput });
      }
    }
  }
  // A node's stages do not tell how many steps are under it.
  const sizes = new Map();
  const size = (id) => {
    const { children } = nodes.get(id);
    const all = children.length === 0 ? 1 : children.reduce((sum, child) => sum + size(child), 0);
    sizes.set(id, all);
    return all;
  };
  roots.forEach(size);
  return { nodes, roots, edges, sizes };
}

/** All ids above a node, the top first. */
export function above({ nodes }, id) {
  const path = [];
  for (let parent = nodes.get(id)?.parent; parent != null; parent = nodes.get(parent)?.parent) path.unshift(parent);
  return path;
}

/** What to open so that as much as possible is seen, level by level, but not too much. */
export function openAll({ nodes, roots, sizes }, most = MOST_NODES) {
  const open = new Set();
  let visible = roots.length;
  let level = roots;
  while (level.length > 0) {
    const next = [];
    for (const id of level) {
      const { children } = nodes.get(id);
      if (sizes.get(id) === 1 || visible + children.length - 1 > most) continue;
      open.add(id);
      visible += children.length - 1;
      next.push(...children);
    }
    level = next;
  }
  return open;
}

/** What is open at first: the transforms of the user, and what is inside where there is just one of them. */
export function openFirst({ nodes, roots, sizes }) {
  const open = new Set();
  let level = roots;
  while (level.length === 1 && sizes.get(level[0]) > 1) {
    open.add(level[0]);
    level = nodes.get(level[0]).children;
  }
  return open;
}

/** The transforms that are seen when some are open, the edges between them, and what is around them. */
export function transformView(all, open) {
  const { nodes, roots, edges, sizes } = all;
  const shown = [];
  const clusters = [];
  const place = new Map();
  const walk = (id, parent, at) => {
    const node = nodes.get(id);
    const isOpen = at == null && open.has(id) && sizes.get(id) > 1;
    if (at == null) {
      if (isOpen) clusters.push({ id, parent, name: node.name });
      else shown.push({ id, parent, name: node.name, path: id.replace(SELF, ''), stages: node.stages, steps: sizes.get(id), composite: sizes.get(id) > 1 });
    }
    const here = at ?? (isOpen ? null : id);
    if (here != null) place.set(id, here);
    for (const child of node.children) walk(child, isOpen ? id : parent, here);
  };
  for (const root of roots) walk(root, null, null);
  return { nodes: shown, clusters, edges: joined(edges, place) };
}

/** Edges between what is seen; those between the same two are one. */
function joined(edges, place) {
  const all = new Map();
  for (const edge of edges) {
    const from = place.get(edge.from);
    const to = place.get(edge.to);
    if (from === to) continue;
    const key = JSON.stringify([from, to]);
    const one = all.get(key) ?? { from, to, exchanges: [], side: true };
    if (edge.exchange != null && !one.exchanges.includes(edge.exchange)) one.exchanges.push(edge.exchange);
    one.side &&= Boolean(edge.side);
    all.set(key, one);
  }
  return [...all.values()];
}

/** The stages, and the exchanges between them. */
export function stageView(plan) {
  const id = (stage) => String(stage);
  const nodes = plan.stages.map((s) => ({
    id: id(s.id), parent: null, name: s.name, path: s.steps[0].name, stages: [s.id], steps: s.steps.length, composite: false,
  }));
  const place = new Map(plan.stages.map((s) => [id(s.id), id(s.id)]));
  const edges = plan.exchanges.map((e) => ({ from: id(e.from), to: id(e.to), exchange: e.id, side: e.sideInput }));
  return { nodes, clusters: [], edges: joined(edges, place) };
}

const HELD = new Set(['SILENT_SPLIT', 'EVENT_TIMER', 'PROCESSING_TIMER', 'WINDOW', 'SIDE_INPUT', 'STABLE_INPUT', 'RESIDUAL']);
const TROUBLES = { OVERLOADED: 'bottleneck', SKEWED: 'bottleneck', USER_CODE: 'does not return', RETRYING: 'fails' };

/** What a stage is marked with: what the verdict is about, or at least who is busiest. */
export function marks(pipeline, stages) {
  const { verdict } = pipeline;
  const of = new Map();
  if (verdict.stage != null && TROUBLES[verdict.kind]) {
    of.set(verdict.stage, { step: verdict.step, text: TROUBLES[verdict.kind], tone: 'error' });
  } else if (verdict.stage != null && HELD.has(verdict.kind)) {
    of.set(verdict.stage, { step: verdict.step, text: 'holds', tone: 'warning' });
  }
  if (of.size === 0 || verdict.kind === 'READING') {
    let busiest = null;
    for (const stage of stages.values()) {
      if (stage.busy >= 0.3 && (busiest == null || stage.busy > busiest.busy)) busiest = stage;
    }
    if (busiest && !of.has(busiest.id)) of.set(busiest.id, { step: null, text: 'busiest', tone: 'warm' });
  }
  return of;
}

/** The figures of some stages together: those of the worst, and what all of them take in. */
export function figures(ids, stages) {
  const known = ids.map((id) => stages.get(id)).filter(Boolean);
  if (known.length === 0) return null;
  const most = (by) => known.reduce((max, s) => (by(s) != null && (max == null || by(s) > max) ? by(s) : max), null);
  return {
    busy: most((s) => s.busy),
    blocked: most((s) => s.blocked),
    lagMillis: most((s) => s.lagMillis),
    localLagMillis: most((s) => s.localLagMillis),
    inPerSecond: most((s) => s.inPerSecond),
    outPerSecond: most((s) => s.outPerSecond),
    stateBytes: most((s) => s.stateBytes),
    keys: most((s) => s.keys),
    ended: known.every((s) => s.watermark.end),
    holds: known.some((s) => s.hold != null && s.localLagMillis > 0),
  };
}
