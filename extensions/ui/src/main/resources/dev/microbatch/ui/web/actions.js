// What may be asked of a pipeline, and the token that this takes.
import { html, useState } from './vendor/htm-preact.js';
import { of, post } from './api.js';
import { Modal, useLive } from './widgets.js';

const OPERATIONS = {
  drain: {
    title: 'Drain',
    says: [
      'Sources stop. What was read is worked off, windows close, and timers of event time fire.',
      'What is unread then is not read later: the pipeline is done, and cannot resume from its checkpoints.',
    ],
    button: 'Drain the pipeline',
    checkpoints: false,
  },
  checkpoint: {
    title: 'Checkpoint',
    says: ['The next batch is a commit, whatever the interval says. The pipeline runs on.'],
    button: 'Commit now',
    checkpoints: true,
  },
  stop: {
    title: 'Stop',
    says: [
      'The pipeline commits and ends. Windows stay open, nothing is lost.',
      'Started again with the same checkpoint directory it resumes where it was.',
    ],
    button: 'Stop the pipeline',
    checkpoints: true,
  },
  cancel: {
    title: 'Cancel',
    says: [
      'The pipeline is given up at once. What was not committed is lost; results that have been written stay.',
      'With checkpoints it resumes from its last commit when it is started again.',
    ],
    button: 'Cancel the pipeline',
    checkpoints: false,
    danger: true,
  },
};

/** A dialog that says what an operation does, and asks for it. */
export function Actions({ operation, onClose }) {
  const { live, watch } = useLive();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(null);
  const what = OPERATIONS[operation];
  const needsToken = !live.session?.authenticated;
  const impossible = what.checkpoints && !live.pipeline.checkpoints;

  const ask = async (e) => {
    e.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      if (needsToken) {
        await post('/session', { token: token.trim() });
        await watch.renew();
      }
      const answer = await post(of(live.pid, `/${operation}`));
      if (operation === 'checkpoint') setAsked(answer);
      else onClose();
    } catch (error) {
      setProblem(error.message);
    }
    setBusy(false);
  };

  return html`<${Modal} title=${`${what.title}: ${live.pipeline.name}`} onClose=${onClose}>
    <form onSubmit=${ask}>
      ${what.says.map((line) => html`<p>${line}</p>`)}
      ${impossible && html`<p class="problem">This pipeline keeps no checkpoints: give it --checkpointDir for that.</p>`}
      ${needsToken && !impossible && !asked && html`<${TokenField} value=${token} onInput=${setToken} />`}
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      ${asked && html`<p role="status">It is asked. The page Checkpoints shows when it is durable.</p>`}
      <div class="buttons">
        <button type="button" onClick=${onClose}>${asked ? 'Close' : 'Leave it'}</button>
        ${!asked && html`<button type="submit" class=${what.danger ? 'danger' : 'primary'} disabled=${busy || impossible || (needsToken && token.trim() === '')}>${what.button}</button>`}
      </div>
    </form>
  <//>`;
}

function TokenField({ value, onInput }) {
  return html`<label class="token">Token of this server
    <input type="password" name="token" autocomplete="off" spellcheck="false" value=${value} onInput=${(e) => onInput(e.target.value)} />
    <span class="quiet">It is in the link that was printed at the start. <code>PipelineTool link</code> prints it again.</span></label>`;
}

function TokenForm({ button, onDone, onClose }) {
  const { watch } = useLive();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState(null);
  const send = async (e) => {
    e.preventDefault();
    try {
      await post('/session', { token: token.trim() });
      await watch.renew();
      onDone?.();
    } catch (error) {
      setProblem(error.message);
    }
  };
  return html`<form onSubmit=${send}>
    <${TokenField} value=${token} onInput=${setToken} />
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <div class="buttons">
      ${onClose && html`<button type="button" onClick=${onClose}>Leave it</button>`}
      <button type="submit" class="primary" disabled=${token.trim() === ''}>${button}</button>
    </div>
  </form>`;
}

/** Asks for the token, where something is shown to nobody without it. */
export function Token({ onClose }) {
  return html`<${Modal} title="Who are you?" onClose=${onClose}>
    <p>Messages of exceptions and stacks may hold data of users: they are shown with the token only.</p>
    <${TokenForm} button="Show them" onDone=${onClose} onClose=${onClose} />
  <//>`;
}

/** Instead of all pages, where nothing is shown without the token. */
export function Login() {
  return html`<section class="card login"><h2>This server needs its token</h2>
    <p>It listens on an address that other machines reach, so it shows nothing without.</p>
    <${TokenForm} button="Open" /></section>`;
}
