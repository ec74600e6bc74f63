// Lays a graph out, away from the thread that shows it.
import { graphlib, layout } from './vendor/dagre.js';

/** From so many nodes on the quicker of two ways to rank nodes is taken. */
const MANY = 150;

onmessage = ({ data: { id, nodes, edges, clusters, direction } }) => {
  const compound = clusters.length > 0;
  const graph = new graphlib.Graph({ compound });
  graph.setGraph({
    rankdir: direction,
    ranker: nodes.length > MANY ? 'tight-tree' : 'network-simplex',
    nodesep: 20,
    ranksep: direction === 'LR' ? 64 : 44,
    edgesep: 10,
    marginx: 16,
    marginy: 16,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: node.width, height: node.height });
  for (const cluster of clusters) graph.setNode(cluster.id, {});
  for (const { id: child, parent } of [...nodes, ...clusters]) {
    if (compound && parent != null) graph.setParent(child, parent);
  }
  for (const edge of edges) graph.setEdge(edge.from, edge.to);
  layout(graph);
  const box = (n) => {
    const { x, y, width, height } = graph.node(n);
    return { x: x - width / 2, y: y - height / 2, width, height };
  };
  postMessage({
    id,
    nodes: nodes.map((n) => ({ id: n.id, ...box(n.id) })),
    clusters: clusters.map((c) => ({ ...c, ...box(c.id) })),
    edges: edges.map((e) => ({ ...e, points: graph.edge(e.from, e.to).points })),
    width: graph.graph().width,
    height: graph.graph().height,
  });
};
