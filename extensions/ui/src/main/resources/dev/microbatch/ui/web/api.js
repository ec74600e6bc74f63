// What the server says: requests, and one store that follows a pipeline.

const BASE = 'api/v1';

/** An answer that is not the one hoped for; status 0 if there was none. */
export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function ask(path, init) {
  let response;
  try {
    response = await fetch(`${BASE}${path}`, { credentials: 'same-origin', ...init });
  } catch {
    throw new ApiError(0, 'The server does not answer');
  }
  const type = response.headers.get('Content-Type') ?? '';
  const body = type.includes('json') ? await response.json() : await response.text();
  if (!response.ok) throw new ApiError(response.status, body?.detail ?? `${response.status} ${response.statusText}`);
  return body;
}

export const get = (path, signal) => ask(path, { signal, headers: { Accept: 'application/json' } });

export const post = (path, body = {}) =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

export const of = (pid, path = '') => `/pipelines/${encodeURIComponent(pid)}${path}`;

const ENDS = new Set(['DONE', 'STOPPED', 'CANCELLED', 'FAILED']);
export const hasEnded = (state) => ENDS.has(state);

const RETRY_MILLIS = 2000;
/** A stream sends something each second; after so many milliseconds without it, it is opened again. */
const SILENCE_MILLIS = 12_000;
/** A page that nobody looks at gives its stream back: there are eight. */
const HIDDEN_MILLIS = 60_000;
const EVENTS = 200;

/** What is known of a pipeline before it has said anything. */
const nothing = () => ({ plan: null, at: null, pipeline: null, stages: new Map(), exchanges: new Map(), events: [] });

/**
 * Follows one pipeline of the server, and finds it again when the server was away. `onChange` is called whenever
 * `state` is another one; a state is never changed in place, but for the maps in it, which are.
 */
export class Watch {
  constructor(onChange) {
    this.onChange = onChange;
    this.state = {
      connection: 'connecting',
      since: Date.now(),
      problem: null,
      session: null,
      pipelines: [],
      pid: null,
      ...nothing(),
    };
    this.wanted = null;
    this.go = 0;
    this.heard = 0;
    setInterval(() => this.#tick(), RETRY_MILLIS);
    document.addEventListener('visibilitychange', () => this.#visible());
    // A page that is kept for the Back button must not keep one of the few connections that a browser has.
    addEventListener('pagehide', () => this.#park());
    addEventListener('pageshow', (e) => {
      if (e.persisted) this.#unpark();
    });
  }

  #set(change) {
    this.state = { ...this.state, ...change };
    this.onChange(this.state);
  }

  #connection(connection, problem = null) {
    if (connection !== this.state.connection || problem !== this.state.problem) {
      this.#set({ connection, problem, since: Date.now() });
    }
  }

  /** Follows the pipeline of an id; null means the one that a visitor most likely wants. */
  async follow(id) {
    this.wanted = id;
    const go = ++this.go;
    this.#close();
    try {
      const [session, { pipelines }] = await Promise.all([get('/session'), get('/pipelines')]);
      if (go !== this.go) return;
      const chosen = id == null
        ? pipelines.find((p) => !hasEnded(p.state)) ?? pipelines[0]
        : pipelines.find((p) => p.id === id);
      if (!chosen) {
        this.#set({ ...nothing(), session, pipelines, pid: null, connection: 'none', problem: null, since: Date.now() });
        return;
      }
      const same = this.state.pid === chosen.id && this.state.pipeline?.startedAt === chosen.startedAt;
      if (!same) {
        this.#set(nothing());
      }
      this.#set({ session, pipelines, pid: chosen.id });
      this.#stream(go, chosen.id);
      const [plan, { events }] = await Promise.all([
        this.state.plan ?? get(of(chosen.id, '/plan')),
        get(of(chosen.id, '/events')),
      ]);
      if (go !== this.go) return;
      this.#set({ plan, events: merge(this.state.events, events) });
    } catch (e) {
      if (go === this.go) this.#failed(e);
    }
  }

  /** Asks again who we are, for instance when a token was given. */
  renew() {
    this.#set({ events: [] });
    return this.follow(this.wanted);
  }

  #failed(e) {
    this.#close();
    if (e instanceof ApiError && e.status === 401) {
      get('/session')
        .then((session) => this.#set({ session, connection: 'locked', problem: null }))
        .catch(() => this.#connection('away'));
    } else if (!(e instanceof ApiError) || e.status === 0) {
      this.#connection('away');
    } else {
      this.#connection('away', e.message);
    }
  }

  #close() {
    this.source?.close();
    this.source = null;
  }

  #stream(go, pid) {
    this.heard = Date.now();
    const source = new EventSource(`${BASE}${of(pid, '/stream')}`);
    this.source = source;
    const mine = () => go === this.go && source === this.source;
    source.addEventListener('snapshot', (e) => {
      if (mine()) this.#snapshot(JSON.parse(e.data), 'live');
    });
    source.addEventListener('event', (e) => {
      if (mine()) this.#set({ events: merge(this.state.events, [JSON.parse(e.data)]) });
    });
    source.addEventListener('end', (e) => {
      if (mine()) this.#ended(go, pid, JSON.parse(e.data));
    });
    source.onerror = () => {
      if (!mine()) return;
      const refused = source.readyState === EventSource.CLOSED;
      this.#close();
      if (refused) {
        this.#poll(go, pid);
      } else {
        this.#connection('away');
      }
    };
  }

  /** The server has no stream for us, as eight others have one: ask instead. */
  async #poll(go, pid) {
    try {
      const snapshot = await get(of(pid, '/snapshot'));
      if (go !== this.go) return;
      this.#snapshot(snapshot, 'polling');
      if (hasEnded(snapshot.pipeline.state)) await this.#ended(go, pid);
    } catch (e) {
      if (go === this.go) this.#failed(e);
    }
  }

  #snapshot(snapshot, connection) {
    this.heard = Date.now();
    const { pipeline } = snapshot;
    if (this.state.pipeline && this.state.pipeline.startedAt !== pipeline.startedAt) {
      this.follow(this.wanted); // another process answers at this port
      return;
    }
    const { stages, exchanges } = this.state;
    if (snapshot.full) {
      stages.clear();
      exchanges.clear();
    }
    for (const stage of snapshot.stages) stages.set(stage.id, stage);
    for (const exchange of snapshot.exchanges) exchanges.set(exchange.id, exchange);
    const since = connection === this.state.connection ? this.state.since : Date.now();
    this.#set({
      at: snapshot.at,
      pipeline: { ...this.state.pipeline, ...pipeline },
      connection: hasEnded(pipeline.state) ? 'ended' : connection,
      since,
      problem: null,
    });
  }

  /** Takes how it stands at its end, if the server is still there. */
  async #ended(go, pid, { state, endedAt } = this.state.pipeline) {
    this.#close();
    this.#set({
      connection: 'ended',
      since: Date.now(),
      problem: null,
      pipeline: { ...this.state.pipeline, state, endedAt },
      pipelines: this.state.pipelines.map((p) => (p.id === pid ? { ...p, state, endedAt } : p)),
    });
    try {
      const [snapshot, { events }] = await Promise.all([get(of(pid, '/snapshot')), get(of(pid, '/events'))]);
      if (go !== this.go) return;
      this.#snapshot(snapshot, 'ended');
      this.#set({ events: merge(this.state.events, events) });
    } catch {
      // It has gone with the pipeline: the last message said how it was.
    }
  }

  #tick() {
    const { connection, pid } = this.state;
    if (this.parked) return;
    if (connection === 'away' || connection === 'none') {
      this.follow(this.wanted);
    } else if (connection === 'polling') {
      this.polls = (this.polls ?? 0) + 1;
      if (this.polls % 8 === 0) this.#stream(this.go, pid);
      else if (!this.source) this.#poll(this.go, pid);
    } else if (connection === 'live' && Date.now() - this.heard > SILENCE_MILLIS) {
      this.#close();
      this.#connection('away');
    } else if (connection === 'live' || connection === 'ended') {
      this.#others();
    }
  }

  /** Whether there are other pipelines by now. */
  async #others() {
    this.looks = (this.looks ?? 0) + 1;
    if (this.looks % 3 !== 0) return;
    try {
      const { pipelines } = await get('/pipelines');
      const key = (all) => all.map((p) => `${p.id}${p.state}`).join();
      if (key(pipelines) !== key(this.state.pipelines)) this.#set({ pipelines });
    } catch {
      // The stream will say it.
    }
  }

  #visible() {
    clearTimeout(this.hiding);
    if (document.visibilityState === 'hidden') {
      this.hiding = setTimeout(() => this.#park(), HIDDEN_MILLIS);
    } else {
      this.#unpark();
    }
  }

  #park() {
    if (this.state.connection === 'ended') return;
    this.parked = true;
    this.#close();
  }

  #unpark() {
    if (!this.parked) return;
    this.parked = false;
    this.follow(this.wanted);
  }
}

function merge(known, more) {
  const all = new Map(known.map((e) => [e.number, e]));
  for (const event of more) all.set(event.number, event);
  return [...all.values()].sort((a, b) => a.number - b.number).slice(-EVENTS);
}
