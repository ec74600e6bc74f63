// What all pages are made of. Whatever comes from users goes in as text.
import { html, createContext, useContext, useEffect, useRef, useState } from './vendor/htm-preact.js';
import { get, of, hasEnded } from './api.js';
import { clock, percent, utc, words } from './format.js';

/** What the pipeline says (see Watch), the route, and `go` to change it. */
export const Live = createContext(null);
export const useLive = () => useContext(Live);

/** A point in time: here, with UTC for whoever asks. */
export function Time({ at, millis = false }) {
  if (at == null) return '–';
  const date = new Date(at);
  return html`<time datetime=${date.toISOString()} title=${utc(date)}>${clock(date, { millis })}</time>`;
}

/** A watermark. */
export function Mark({ mark }) {
  if (!mark) return '–';
  if (mark.end) return html`<span title="Nothing will follow: it is at the end of time">end</span>`;
  if (mark.at == null) return html`<span class="quiet" title="Nothing is known yet: it is at the start of time">start</span>`;
  return html`<${Time} at=${mark.at} />`;
}

const STAMP = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** Text of the server, with its times as times. */
export function Prose({ text }) {
  return (text ?? '').split(STAMP).map((part, i) => (i % 2 === 1 ? html`<${Time} at=${part} />` : part));
}

/** A name with slashes, which may break behind each. */
export function Name({ text }) {
  return html`<span class="name" title=${text}>${(text ?? '').split('/').map((part, i) => (i === 0 ? part : html`/<wbr />${part}`))}</span>`;
}

/** A figure, quiet where it is nothing. */
export const Figure = ({ value, text, title }) => html`<span class=${value ? '' : 'quiet'} title=${title}>${text}</span>`;

/** A share as a bar with a number. */
export function Share({ value, tone = '', of: whole = 1, text }) {
  const width = Math.max(0, Math.min(1, (value ?? 0) / whole)) * 100;
  return html`<span class="share"><span class="bar ${tone}" aria-hidden="true"><span style=${{ width: `${width}%` }}></span></span
    ><span class="figure">${text ?? percent(value)}</span></span>`;
}

export const STATE_TONE = {
  STARTING: 'info', RUNNING: 'ok', PAUSED: 'warning', DRAINING: 'info', STOPPING: 'info', CANCELLING: 'info',
  DONE: 'ok', STOPPED: 'info', CANCELLED: 'warning', FAILED: 'error',
};

export const SEVERITY = {
  OK: ['ok', '✓'], INFO: ['info', 'i'], WARNING: ['warning', '!'], ERROR: ['error', '✕'],
};

export function Badge({ tone, children, title }) {
  return html`<span class="badge ${tone}" title=${title}>${children}</span>`;
}

export const Empty = ({ children }) => html`<p class="empty">${children}</p>`;

/** A card with a heading. */
export function Card({ title, side, children, id, className = '' }) {
  return html`<section class="card ${className}" aria-labelledby=${id}>
    <div class="head"><h2 id=${id}>${title}</h2>${side}</div>
    ${children}
  </section>`;
}

/** A figure with its name. */
export function Tile({ label, value, sub, title, tone = '' }) {
  return html`<div class="tile ${tone}" title=${title}><dt>${label}</dt><dd>${value}</dd><dd class="sub">${sub}</dd></div>`;
}

/** A link to another place of these pages. */
export function To({ page, query, children, ...more }) {
  const { href } = useLive();
  return html`<a href=${href(page, query)} ...${more}>${children}</a>`;
}

export const StageLink = ({ id, name }) =>
  html`<${To} page=${`stages/${id}`} class="stage-link"><span class="id">${id}</span> <${Name} text=${name} /><//>`;

/**
 * A table. A column: {key, name, title, align, cell(row), by(row)}; `by` gives what to sort by. The order is
 * in the URL.
 */
export function Table({ label, columns, rows, sort, keyOf, empty, mark, param = 'sort' }) {
  const { route, query } = useLive();
  if (rows.length === 0) return html`<${Empty}>${empty}<//>`;
  const order = route.query[param] ?? sort ?? '';
  const down = order.startsWith('-');
  const column = columns.find((c) => c.key === order.replace('-', ''));
  const sorted = column?.by ? [...rows].sort(comparing(column.by, down)) : rows;
  return html`<div class="scroll" role="region" aria-label=${label} tabindex="0">
    <table>
      <thead><tr>${columns.map((c) => html`<th
        key=${c.key} scope="col" class=${c.align ?? ''} title=${c.title}
        aria-sort=${column === c ? (down ? 'descending' : 'ascending') : undefined}
        >${c.by
          ? html`<button type="button" class="plain" onClick=${() => query({ [param]: (column === c ? !down : !c.up) ? `-${c.key}` : c.key })}>${c.name}${column === c ? (down ? ' ↓' : ' ↑') : ''}</button>`
          : c.name}</th>`)}</tr></thead>
      <tbody>${sorted.map((row) => html`<tr key=${keyOf(row)} class=${mark?.(row) ?? ''}>${columns.map((c, i) =>
        i === 0
          ? html`<th scope="row" class=${c.align ?? ''}>${c.cell(row)}</th>`
          : html`<td class=${c.align ?? ''}>${c.cell(row)}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}

function comparing(by, down) {
  return (a, b) => {
    const x = by(a);
    const y = by(b);
    if (x == null || y == null) return (x == null) - (y == null); // what is not known comes last
    return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
  };
}

/** What a watermark is sorted by. */
export const markOrder = (mark) => (mark?.end ? Infinity : mark?.at == null ? -Infinity : Date.parse(mark.at));

/**
 * Asks for a part of the pipeline again and again, as long as it runs and the server is there.
 * @return {data, error, again}: the data are the last ones that came
 */
export function useFetch(path, millis = 2000) {
  const { live } = useLive();
  const [answer, setAnswer] = useState({ path: null, data: null, error: null });
  const [round, setRound] = useState(0);
  const there = live.connection !== 'away' && live.connection !== 'connecting';
  const over = live.connection === 'ended';
  useEffect(() => {
    if (!there || path == null) return undefined;
    const abort = new AbortController();
    let timer;
    const ask = async () => {
      try {
        const data = await get(of(live.pid, path), abort.signal);
        if (!abort.signal.aborted) setAnswer({ path, data, error: null });
      } catch (error) {
        if (!abort.signal.aborted) setAnswer((last) => ({ ...last, error }));
      }
      if (!abort.signal.aborted && !over && millis > 0) timer = setTimeout(ask, millis);
    };
    ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, live.pid, there, over, round, live.session?.authenticated]);
  return {
    data: answer.path === path ? answer.data : null,
    stale: answer.data,
    error: answer.error,
    again: () => setRound((r) => r + 1),
  };
}

/** What is shown instead of data that are not there: why. */
export function Waiting({ error, what }) {
  const { live } = useLive();
  if (error && error.status !== 0) return html`<${Empty}>${what} cannot be shown: ${error.message}.<//>`;
  if (error || live.connection === 'away') return html`<${Empty}>${what} cannot be shown: the server does not answer.<//>`;
  return html`<p class="empty" aria-busy="true">${what} …</p>`;
}

/** A dialog that is open as long as it is shown. */
export function Modal({ title, onClose, children }) {
  const dialog = useRef();
  useEffect(() => {
    const shown = dialog.current;
    shown.showModal();
    return () => shown.close(); // which gives the focus back
  }, []);
  return html`<dialog ref=${dialog} aria-labelledby="dialog-title" onCancel=${(e) => { e.preventDefault(); onClose(); }}
    onClick=${(e) => { if (e.target === dialog.current) onClose(); }}>
    <div class="dialog"><h2 id="dialog-title">${title}</h2>${children}</div>
  </dialog>`;
}

/** Buttons of which one is chosen. */
export function Choice({ label, options, value, onChange }) {
  return html`<div class="choice" role="group" aria-label=${label}>${options.map(([key, name, title]) =>
    html`<button type="button" key=${key} title=${title} aria-pressed=${String(key) === String(value)} onClick=${() => onChange(key)}>${name}</button>`)}</div>`;
}

export const HOLDS = {
  SOURCE: 'its source is no further',
  TIMER: 'a timer is set',
  GROUP: 'a window is open, or state is kept',
  RESIDUAL: 'a splittable DoFn resumes later',
  SIDE_INPUT: 'records wait for a side input',
  STABLE_INPUT: 'records wait for a commit',
  SETTLING: 'it follows one batch later',
};

export const holdText = (hold) => (hold ? HOLDS[hold] ?? words(hold) : '');

export { hasEnded };
