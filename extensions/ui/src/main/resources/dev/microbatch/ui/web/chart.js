// Time series by uPlot, in the colours of the page.
import { html, useEffect, useRef, useState } from './vendor/htm-preact.js';
import { get, of } from './api.js';
import { useLive } from './widgets.js';
import { bytes, clock, count, duration, percent, rate } from './format.js';

let loading;

/** uPlot is a script, not a module: the page loads it when a chart is shown first. */
function uPlotReady() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = 'vendor/uplot.js';
    script.onload = () => resolve(window.uPlot);
    script.onerror = () => {
      loading = null;
      reject(new Error('vendor/uplot.js cannot be loaded'));
    };
    document.head.append(script);
  });
  return loading;
}

const ms = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5, 216e5, 864e5];
const powers = (base, factors, count, from = 1) => Array.from({ length: count }, (_, i) => factors.map((f) => from * f * base ** i)).flat();

/** By what steps an axis may go, by what its values are. */
const STEPS = new Map([
  [duration, ms],
  [bytes, powers(1024, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512], 5)],
  [count, powers(10, [1, 2, 5], 15)],
  [percent, [0.1, 0.25, 0.5]],
  [rate, powers(10, [1, 2, 5], 15, 0.1)],
]);

/** As many moments as the server keeps: five minutes by the second, an hour by ten seconds. */
const MOMENTS = { 1000: 300, 10000: 360 };

/** Figures over time of the pipeline or of a stage, asked for again and again, only what is new. */
export function useSeries(names, { stage = null, step = 1000 } = {}) {
  const { live } = useLive();
  const [series, setSeries] = useState(null);
  const there = live.connection !== 'away' && live.connection !== 'connecting';
  const over = live.connection === 'ended';
  useEffect(() => {
    if (!there) return undefined;
    const abort = new AbortController();
    let timer;
    let all = null;
    const ask = async () => {
      const since = all && all.t.length > 0 ? `&since=${all.t[all.t.length - 1]}` : '';
      const of_ = stage == null ? '' : `&stage=${stage}`;
      try {
        const more = await get(of(live.pid, `/series?names=${names}&step=${step}${of_}${since}`), abort.signal);
        all = joined(all, more, MOMENTS[step]);
        setSeries(all);
      } catch {
        if (abort.signal.aborted) return;
      }
      if (!over) timer = setTimeout(ask, step === 1000 ? 1000 : 5000);
    };
    ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [names, stage, step, live.pid, there, over]);
  return series;
}

function joined(all, more, most) {
  if (!all) return more;
  const v = {};
  for (const name of Object.keys(more.v)) v[name] = [...(all.v[name] ?? []), ...more.v[name]].slice(-most);
  return { stepMillis: more.stepMillis, t: [...all.t, ...more.t].slice(-most), v };
}

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A chart. A line: {name, label, color (a custom property)}; `text` says a value in words. */
export function Chart({ title, series, lines, text, height = 110, ceiling }) {
  const box = useRef();
  const plot = useRef();
  const [at, setAt] = useState(null);
  const [scheme, setScheme] = useState(0);

  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const change = () => setScheme((n) => n + 1);
    dark.addEventListener('change', change);
    return () => dark.removeEventListener('change', change);
  }, []);

  const ready = series != null && series.t.length > 1;
  useEffect(() => {
    if (!ready) return undefined;
    let gone = false;
    let sizes;
    uPlotReady().then((UPlot) => {
      if (gone) return;
      const axis = { stroke: css('--quiet'), grid: { stroke: css('--line'), width: 1 }, ticks: { show: false }, font: `11px ${css('--font')}` };
      plot.current = new UPlot(
        {
          width: box.current.clientWidth,
          height,
          padding: [8, 22, 0, 0],
          legend: { show: false },
          cursor: { sync: { key: 'all' }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
          hooks: { setCursor: [(u) => setAt(u.cursor.idx ?? null)] },
          scales: { y: { range: (u, min, max) => [0, Math.max(ceiling ?? 0, max ?? 0) * 1.08 || 1] } },
          axes: [
            { ...axis, size: 22, space: 70, values: (u, all) => all.map((s) => clock(new Date(s * 1000)).replace(/^.* /, '').slice(0, 8)) },
            { ...axis, size: 62, space: 28, incrs: STEPS.get(text), values: (u, all) => all.map((v) => text(v)) },
          ],
          series: [{}, ...lines.map((line) => ({
            stroke: css(line.color),
            fill: line.fill === false ? undefined : `${css(line.color)}22`,
            width: 1.5,
            points: { show: false },
            spanGaps: false,
          }))],
        },
        data(series, lines),
        box.current,
      );
      sizes = new ResizeObserver(() => {
        if (box.current && plot.current) plot.current.setSize({ width: box.current.clientWidth, height });
      });
      sizes.observe(box.current);
    }, (e) => console.error(e));
    return () => {
      gone = true;
      sizes?.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [ready, scheme, lines.map((l) => l.name).join()]);

  useEffect(() => {
    if (ready) plot.current?.setData(data(series, lines));
  }, [series]);

  const moment = ready ? (at == null || at >= series.t.length ? series.t.length - 1 : at) : null;
  const value = (line) => {
    const v = ready ? series.v[line.name]?.[moment] : null;
    return v == null ? '–' : text(v);
  };
  const spoken = ready
    ? `${title}: ${lines.map((l) => `${l.label ?? 'now'} ${value(l)}`).join(', ')}; ${range(series, lines, text)}`
    : `${title}: no figures yet`;
  return html`<figure class="chart">
    <figcaption><span>${title}</span>
      <span class="now">${at != null && ready ? html`<span class="quiet">${clock(new Date(series.t[moment]))} </span>` : ''}${lines.map((l) =>
        html`<span class="key">${lines.length > 1 ? html`<i style=${{ background: `var(${l.color})` }}></i>${l.label} ` : ''}<b>${value(l)}</b></span>`)}</span>
    </figcaption>
    <div role="img" aria-label=${spoken} ref=${box} style=${{ height: `${height}px` }}>${ready ? '' : html`<p class="empty">Figures come after two seconds.</p>`}</div>
  </figure>`;
}

const data = (series, lines) => [series.t.map((t) => t / 1000), ...lines.map((l) => series.v[l.name] ?? [])];

function range(series, lines, text) {
  const known = (series.v[lines[0].name] ?? []).filter((v) => v != null);
  if (known.length === 0) return 'nothing known';
  return `from ${text(Math.min(...known))} to ${text(Math.max(...known))}`;
}
