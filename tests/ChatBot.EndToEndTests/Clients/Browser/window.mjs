import { Window } from 'happy-dom';

// What React looks for when it is imported. The connections are Node's own: they are what is tried out here.
globalThis.window = new Window({ url: 'http://127.0.0.1/' });
globalThis.document = window.document;
globalThis.navigator ??= window.navigator;

const { fetch, setTimeout } = globalThis;
let connections = new AbortController();
let isDown = false;
let pieces;
let speed = 1;

/** What went over the wire, in order. */
export const requests = [];

globalThis.fetch = async (url, init = {}) => {
  const request = {
    method: init.method ?? 'GET',
    path: new URL(url).pathname,
    body: init.body && JSON.parse(init.body),
    after: init.headers?.['last-event-id'],
  };
  requests.push(request);
  if (isDown) {
    throw new TypeError('Failed to fetch');
  }
  const signals = [connections.signal, init.signal].filter(Boolean);
  const answer = await fetch(url, { ...init, signal: AbortSignal.any(signals) });
  request.status = answer.status;
  return pieces && answer.body ? new Response(answer.body.pipeThrough(pieces()), answer) : answer;
};

/** For who waits long; answers keep their pace. */
globalThis.setTimeout = (action, milliseconds, ...rest) => setTimeout(action, milliseconds / speed, ...rest);

/** Breaks what is open, and for so long as it is asked for whatever is tried. */
export const network = {
  cut() {
    connections.abort(new TypeError('network error'));
    connections = new AbortController();
  },
  goDown() {
    isDown = true;
    network.cut();
  },
  comeBack() {
    isDown = false;
  },
  /** How bodies arrive: a TransformStream for each. */
  arriveBy(made) {
    pieces = made;
  },
  hurry(factor) {
    speed = factor;
  },
  /** As it was. */
  reset() {
    isDown = false;
    pieces = undefined;
    speed = 1;
    requests.length = 0;
  },
};

/** Asks the server something that is not the page's, whatever its network is like. */
export async function tell(url, token, body) {
  const answer = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.json();
}

export const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
