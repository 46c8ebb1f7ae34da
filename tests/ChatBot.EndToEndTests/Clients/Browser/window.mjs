import { Window } from 'happy-dom';

// What React looks for when it is imported. The connections are Node's own: they are what is tried out here.
globalThis.window = new Window({ url: 'http://127.0.0.1/' });
globalThis.document = window.document;
globalThis.navigator ??= window.navigator;

const { fetch } = globalThis;
let connections = new AbortController();

/** What went over the wire, in order. */
export const requests = [];

globalThis.fetch = async (url, init = {}) => {
  const request = { method: init.method ?? 'GET', path: new URL(url).pathname, body: init.body && JSON.parse(init.body) };
  requests.push(request);
  const signals = [connections.signal, init.signal].filter(Boolean);
  const answer = await fetch(url, { ...init, signal: AbortSignal.any(signals) });
  request.status = answer.status;
  return answer;
};

/** As when the page is left, or with an error the network. */
export const disconnect = (reason) => {
  connections.abort(reason);
  connections = new AbortController();
};
